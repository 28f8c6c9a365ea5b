"""Files that every program can open, for proofs and benchmarks to upload."""

OBJECTS = [
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
]


def pdf(content=b""):
    """A PDF of one empty page, with this in a stream that no page shows."""
    stream = b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content)
    data, table = b"%PDF-1.7\n", b"xref\n0 5\n0000000000 65535 f \n"
    for number, body in enumerate([*OBJECTS, stream], 1):
        table += b"%010d 00000 n \n" % len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return data + table + b"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n%010d\n%%%%EOF\n" % len(data)
