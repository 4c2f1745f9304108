import java.io.*;
import java.security.*;
import java.security.cert.Certificate;
import com.itextpdf.text.pdf.*;
import com.itextpdf.text.pdf.security.*;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.interactive.annotation.PDAnnotationWidget;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.*;
import org.apache.pdfbox.pdmodel.interactive.form.*;

/**
 * Appends to a signed PDF what iText 5 and PDFBox append to it.
 * Evolvers signer.p12 password signed.pdf folder text-field check-box signature-field
 */
public class Evolvers {
    public static void main(String[] a) throws Exception {
        Security.addProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider());
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(a[0])) { store.load(in, a[1].toCharArray()); }
        String alias = store.aliases().nextElement();
        PrivateKey key = (PrivateKey) store.getKey(alias, a[1].toCharArray());
        Certificate[] chain = store.getCertificateChain(alias);
        set(a[2], a[3] + "/itext-text.pdf", a[4], "15000000");
        set(a[2], a[3] + "/itext-box.pdf", a[5], "Yes");
        PdfStamper signing = PdfStamper.createSignature(
            new PdfReader(a[2]), new FileOutputStream(a[3] + "/itext-sign.pdf"), '\0', null, true);
        PdfSignatureAppearance look = signing.getSignatureAppearance();
        look.setVisibleSignature(a[6]);
        MakeSignature.signDetached(look, new BouncyCastleDigest(), new PrivateKeySignature(key, "SHA-256", "BC"),
            chain, null, null, null, 0, MakeSignature.CryptoStandard.CADES);
        fill(a[2], a[3] + "/pdfbox-text.pdf", a[4], "15000000");
        fill(a[2], a[3] + "/pdfbox-box.pdf", a[5], "Yes");
        try (PDDocument d = PDDocument.load(new File(a[2])); OutputStream to = new FileOutputStream(a[3] + "/pdfbox-sign.pdf")) {
            PDField field = d.getDocumentCatalog().getAcroForm().getField(a[6]);
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ADBE_PKCS7_DETACHED);
            field.getCOSObject().setItem(COSName.V, signature.getCOSObject());
            field.getCOSObject().setNeedToBeUpdated(true);
            // what is judged is the increment: the value need not verify
            d.addSignature(signature, content -> new byte[] {0x30, 0});
            d.saveIncremental(to);
        }
    }

    static void set(String in, String out, String field, String value) throws Exception {
        PdfStamper stamper = new PdfStamper(new PdfReader(in), new FileOutputStream(out), '\0', true);
        stamper.getAcroFields().setField(field, value);
        stamper.close();
    }

    static void fill(String in, String out, String name, String value) throws Exception {
        try (PDDocument d = PDDocument.load(new File(in)); OutputStream to = new FileOutputStream(out)) {
            PDAcroForm form = d.getDocumentCatalog().getAcroForm();
            PDField field = form.getField(name);
            field.setValue(value);
            d.getDocumentCatalog().getCOSObject().setNeedToBeUpdated(true);
            form.getCOSObject().setNeedToBeUpdated(true);
            field.getCOSObject().setNeedToBeUpdated(true);
            for (PDAnnotationWidget widget : field.getWidgets()) {
                widget.getAppearance().getCOSObject().setNeedToBeUpdated(true);
                if (widget.getAppearance().getNormalAppearance().isStream())
                    widget.getAppearance().getNormalAppearance().getAppearanceStream().getCOSObject().setNeedToBeUpdated(true);
            }
            d.saveIncremental(to);
        }
    }
}
