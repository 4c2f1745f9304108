import com.itextpdf.text.pdf.AcroFields;
import com.itextpdf.text.pdf.PdfReader;
import com.itextpdf.text.pdf.security.PdfPKCS7;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.Security;
import java.util.Arrays;
import java.util.Collection;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.SignerInformationVerifier;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.tsp.TimeStampToken;

/**
 * Two judges in one start of Java: PDFBox with Bouncy Castle, and iText 5.
 *
 * Arguments: a file whose lines are paths of PDFs. Prints one line a signature and judge, parts separated by tabs:
 * judge, path, kind (SubFilter), "valid" or "invalid", "whole" or "part" (does it cover the whole file), words.
 * They judge digest and signature value, of the document's signature and of its timestamp; nothing about trust.
 */
public class Judges {
    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            byte[] pdf = Files.readAllBytes(Path.of(line));
            try {
                pdfbox(line, pdf);
            } catch (Exception | LinkageError failure) {
                say("pdfbox", line, "?", false, false, failure.toString());
            }
            try {
                itext(line, pdf);
            } catch (Exception | LinkageError failure) {
                say("itext", line, "?", false, false, failure.toString());
            }
        }
    }

    private static void pdfbox(String path, byte[] pdf) throws Exception {
        try (PDDocument document = PDDocument.load(pdf)) {
            for (PDSignature signature : document.getSignatureDictionaries()) {
                String kind = signature.getSubFilter();
                int[] range = signature.getByteRange();
                boolean whole = range[0] == 0 && range[2] + range[3] == pdf.length;
                try {
                    byte[] content = signature.getSignedContent(pdf);
                    byte[] cms = signature.getContents(pdf);
                    boolean valid = kind.equals("ETSI.RFC3161") ? isTimestampOf(token(cms), content) : isSignatureOf(cms, content);
                    say("pdfbox", path, kind, valid, whole, "");
                } catch (Exception failure) {
                    say("pdfbox", path, kind, false, whole, failure.toString());
                }
            }
        }
    }

    private static boolean isSignatureOf(byte[] cms, byte[] content) throws Exception {
        CMSSignedData signed = new CMSSignedData(new CMSProcessableByteArray(content), first(cms));
        Collection<SignerInformation> signers = signed.getSignerInfos().getSigners();
        if (signers.size() != 1) {
            return false;
        }
        SignerInformation signer = signers.iterator().next();
        if (!signer.verify(verifier(signed, signer))) {
            return false;
        }
        if (signer.getUnsignedAttributes() == null) {
            return true;
        }
        Attribute stamped = signer.getUnsignedAttributes().get(PKCSObjectIdentifiers.id_aa_signatureTimeStampToken);
        if (stamped == null) {
            return true;
        }
        byte[] token = stamped.getAttrValues().getObjectAt(0).toASN1Primitive().getEncoded();
        return isTimestampOf(token(token), signer.getSignature());
    }

    private static boolean isTimestampOf(TimeStampToken token, byte[] content) throws Exception {
        CMSSignedData signed = token.toCMSSignedData();
        token.validate(verifier(signed, signed.getSignerInfos().iterator().next()));
        String hash = token.getTimeStampInfo().getMessageImprintAlgOID().getId();
        byte[] digest = MessageDigest.getInstance(hash, "BC").digest(content);
        return Arrays.equals(digest, token.getTimeStampInfo().getMessageImprintDigest());
    }

    private static TimeStampToken token(byte[] cms) throws Exception {
        return new TimeStampToken(new CMSSignedData(first(cms)));
    }

    /** The gap is filled with zeros behind the CMS. */
    private static ContentInfo first(byte[] padded) throws Exception {
        try (ASN1InputStream stream = new ASN1InputStream(new ByteArrayInputStream(padded))) {
            return ContentInfo.getInstance(stream.readObject());
        }
    }

    @SuppressWarnings("unchecked")
    private static SignerInformationVerifier verifier(CMSSignedData signed, SignerInformation signer) throws Exception {
        Collection<X509CertificateHolder> own = signed.getCertificates().getMatches(signer.getSID());
        return new JcaSimpleSignerInfoVerifierBuilder().setProvider("BC").build(own.iterator().next());
    }

    private static void itext(String path, byte[] pdf) throws Exception {
        PdfReader reader = new PdfReader(pdf);
        AcroFields fields = reader.getAcroFields();
        for (String name : fields.getSignatureNames()) {
            String kind = fields.getSignatureDictionary(name).getAsName(com.itextpdf.text.pdf.PdfName.SUBFILTER).toString().substring(1);
            boolean whole = fields.signatureCoversWholeDocument(name);
            try {
                PdfPKCS7 signature = fields.verifySignature(name);
                boolean valid = signature.verify();
                if (valid && signature.getTimeStampToken() != null && !signature.isTsp()) {
                    valid = signature.verifyTimestampImprint();
                }
                say("itext", path, kind, valid, whole, "");
            } catch (Exception failure) {
                say("itext", path, kind, false, whole, failure.toString());
            }
        }
        reader.close();
    }

    private static void say(String judge, String path, String kind, boolean valid, boolean whole, String words) {
        String plain = words.replaceAll("\\s+", " ");
        System.out.println(String.join("\t", judge, path, kind, valid ? "valid" : "invalid", whole ? "whole" : "part", plain));
    }
}
