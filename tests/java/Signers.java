import java.io.*;
import java.security.*;
import java.security.cert.Certificate;
import java.util.*;
import com.itextpdf.text.pdf.*;
import com.itextpdf.text.pdf.security.*;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.*;
import org.bouncycastle.cert.jcajce.*;
import org.bouncycastle.cms.*;
import org.bouncycastle.cms.jcajce.*;
import org.bouncycastle.operator.jcajce.*;

/** Signs one PDF with iText 5 or PDFBox: Signers (itext|pdfbox) signer.p12 password in.pdf out.pdf */
public class Signers {
    public static void main(String[] a) throws Exception {
        Security.addProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(a[1])) { store.load(in, a[2].toCharArray()); }
        String alias = store.aliases().nextElement();
        PrivateKey key = (PrivateKey) store.getKey(alias, a[2].toCharArray());
        Certificate[] chain = store.getCertificateChain(alias);
        if (a[0].equals("itext")) itext(key, chain, a[3], a[4]); else pdfbox(key, chain, a[3], a[4]);
    }

    static void itext(PrivateKey key, Certificate[] chain, String in, String out) throws Exception {
        PdfReader reader = new PdfReader(in);
        PdfStamper stamper = PdfStamper.createSignature(reader, new FileOutputStream(out), '\0', null, true);
        PdfSignatureAppearance look = stamper.getSignatureAppearance();
        MakeSignature.signDetached(look, new BouncyCastleDigest(), new PrivateKeySignature(key, "SHA-256", "BC"),
            chain, null, null, null, 0, MakeSignature.CryptoStandard.CADES);
    }

    static void pdfbox(PrivateKey key, Certificate[] chain, String in, String out) throws Exception {
        try (PDDocument document = PDDocument.load(new File(in)); OutputStream to = new FileOutputStream(out)) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
            signature.setSignDate(Calendar.getInstance());
            document.addSignature(signature, content -> {
                try {
                    CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
                    generator.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(
                        new JcaDigestCalculatorProviderBuilder().build()).build(
                        new JcaContentSignerBuilder("SHA256WithRSA").build(key),
                        (java.security.cert.X509Certificate) chain[0]));
                    generator.addCertificates(new JcaCertStore(Arrays.asList(chain)));
                    return generator.generate(new CMSProcessableByteArray(content.readAllBytes()), false).getEncoded();
                } catch (Exception e) { throw new IOException(e); }
            });
            document.saveIncremental(to);
        }
    }
}
