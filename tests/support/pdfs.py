"""PDFs as scanners, office programs and strangers write them; each made here, object by object."""

from __future__ import annotations

import io
import math
import re
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import pikepdf
from asn1crypto import keys, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

A4 = (595.28, 841.89)
A5 = (419.53, 595.28)
POINTS = 72
Change = Callable[[Pdf], None]


def drawn(
    content: bytes,
    *,
    size: tuple[float, float] = A4,
    images: Mapping[str, Stream | Mapping[str, Any]] | None = None,
    pages: int = 1,
    **keys: Any,
) -> bytes:
    """A PDF of equal pages with this drawing, these pictures and these keys of a page."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=size)
            page.obj.Contents = pdf.make_stream(content)
            known = {
                f"/{name}": _image(pdf, image) if isinstance(image, Mapping) else image
                for name, image in (images or {}).items()
            }
            page.obj.Resources = Dictionary(XObject=Dictionary(known))
            for name, value in keys.items():
                page.obj[f"/{name}"] = value
        return saved(pdf)


def scanned(dpi: int = 300, *, paper: tuple[float, float] = A4, **options: Any) -> bytes:
    """A page with one picture of a paper on it; `place` moves and turns it, `before` is drawn."""
    before, place = options.pop("before", b""), options.pop("place", b"")
    wide, high = paper
    image = {"size": pixels(paper, dpi)}
    content = before + b"q %s %f 0 0 %f 0 0 cm /Im Do Q" % (place, wide, high)
    return drawn(content, images={"Im": image}, **options)


def pixels(paper: tuple[float, float], dpi: float) -> tuple[int, int]:
    """How many dots a paper of so many points has."""
    return round(paper[0] * dpi / POINTS), round(paper[1] * dpi / POINTS)


def turned(degrees: float, to: tuple[float, float] = (20, 5)) -> bytes:
    """A matrix that turns what is drawn by it, and moves its corner there."""
    angle = math.radians(degrees)
    a, b = math.cos(angle), math.sin(angle)
    return b"%f %f %f %f %f %f cm" % (a, b, -b, a, *to)


def in_strips(dpi: int, strips: int) -> bytes:
    """A page of A4 as many strips under each other."""
    wide, high = A4
    size = (round(wide * dpi / POINTS), round(high * dpi / POINTS / strips))
    rows = [
        b"q %f 0 0 %f 0 %f cm /Im Do Q" % (wide, high / strips, high * n / strips)
        for n in range(strips)
    ]
    return drawn(b"\n".join(rows), images={"Im": {"size": size}})


def in_forms(dpi: int, deep: int) -> bytes:
    """A page whose picture is in a form in a form, each with a matrix of its own."""
    wide, high = A4
    with pikepdf.new() as pdf:
        inner = _image(pdf, {"size": pixels(A4, dpi)})
        drawing = b"q 1 0 0 1 0 0 cm /X Do Q"
        for level in range(deep):
            form = pdf.make_stream(drawing)
            form.Type, form.Subtype = Name.XObject, Name.Form
            form.BBox = Array([0, 0, 2, 2])
            form.Matrix = Array([2 if level % 2 else 0.5, 0, 0, 2 if level % 2 else 0.5, 0, 0])
            form.Resources = Dictionary(XObject=Dictionary(X=inner))
            inner = form
        page = pdf.add_blank_page(page_size=A4)
        page.obj.Contents = pdf.make_stream(b"%f 0 0 %f 0 0 cm /X Do" % (wide, high))
        page.obj.Resources = Dictionary(XObject=Dictionary(X=inner))
        return saved(pdf)


def of_forms(*, depth: int, each: int) -> bytes:
    """A page of a form that draws a form many times, which draws a form many times, and so on."""
    with pikepdf.new() as pdf:
        inner = _image(pdf, {"size": (8, 8)})
        for _ in range(depth):
            form = pdf.make_stream(b"/X Do " * each)
            form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, Array([0, 0, 1, 1])
            form.Resources = Dictionary(XObject=Dictionary(X=inner))
            inner = form
        page = pdf.add_blank_page(page_size=A4)
        page.obj.Contents = pdf.make_stream(b"/X Do")
        page.obj.Resources = Dictionary(XObject=Dictionary(X=inner))
        return saved(pdf)


def in_layers(background: int, text: int, *, mask: str = "SMask") -> bytes:
    """Mixed raster content: a coarse background, and colour that a fine mask lets through."""
    with pikepdf.new() as pdf:
        fine = _image(pdf, {"size": pixels(A4, text), "BitsPerComponent": 1})
        colour = _image(pdf, {"size": (1, 1), mask: fine})
        under = _image(pdf, {"size": pixels(A4, background)})
        page = pdf.add_blank_page(page_size=A4)
        place = b"q %f 0 0 %f 0 0 cm " % A4
        page.obj.Contents = pdf.make_stream(place + b"/Under Do Q " + place + b"/Text Do Q")
        page.obj.Resources = Dictionary(XObject=Dictionary(Under=under, Text=colour))
        return saved(pdf)


def with_jpeg(picture: bytes, *, says: tuple[int, int], filters: Any = Name.DCTDecode) -> bytes:
    """A page of A4 with a JPEG, whatever size the file says it has."""
    with pikepdf.new() as pdf:
        image = _image(pdf, {"size": says})
        image.write(picture, filter=filters)
        page = pdf.add_blank_page(page_size=A4)
        page.obj.Contents = pdf.make_stream(b"%f 0 0 %f 0 0 cm /Im Do" % A4)
        page.obj.Resources = Dictionary(XObject=Dictionary(Im=image))
        return saved(pdf)


def inline(dpi: int, paper: tuple[float, float] = A4) -> bytes:
    """A picture that is written between the operators, as fax programs do."""
    across, down = pixels(paper, dpi)
    data = bytes((across + 7) // 8 * down)
    head = b"q %f 0 0 %f 0 0 cm BI /W %d /H %d /BPC 1 /CS /G ID " % (*paper, across, down)
    return drawn(head + data + b" EI Q")


def changed(change: Change, base: bytes | None = None, **how: Any) -> bytes:
    """A scan that somebody has put something into."""
    with pikepdf.open(io.BytesIO(base or scanned(72))) as pdf:
        change(pdf)
        return saved(pdf, **how)


def saved(pdf: Pdf, **how: Any) -> bytes:
    """The file."""
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def opening(**action: Any) -> Change:
    """Do this when the file is opened."""

    def change(pdf: Pdf) -> None:
        pdf.Root.OpenAction = pdf.make_indirect(made(action))

    return change


def annotated(**keys: Any) -> Change:
    """An annotation with these keys on the first page."""

    def change(pdf: Pdf) -> None:
        note = made({"Type": "/Annot", "Rect": [0, 0, 50, 50], **keys})
        pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])

    return change


def field(**keys: Any) -> Change:
    """A field of a form on the first page."""

    def change(pdf: Pdf) -> None:
        annotated(Subtype="/Widget", T="x", **keys)(pdf)
        pdf.Root.AcroForm = made({"Fields": [pdf.pages[0].obj.Annots[0]]})

    return change


def linked(address: str) -> Change:
    """A link to an address."""
    return annotated(Subtype="/Link", A={"S": "/URI", "URI": address})


def catalogued(**keys: Any) -> Change:
    """Values in the catalogue."""

    def change(pdf: Pdf) -> None:
        for name, value in keys.items():
            pdf.Root[f"/{name}"] = made(value)

    return change


def made(value: Any) -> Any:
    """Plain values as objects: text that begins with a slash is a name. A new one each time."""
    if isinstance(value, Mapping):
        return Dictionary({f"/{name}": made(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return Array([made(inner) for inner in value])
    if isinstance(value, str):
        return Name(value) if value.startswith("/") else String(value)
    return value


def attached(pdf: Pdf) -> None:
    """A file behind a pin, without any of the usual names around it."""
    data = pdf.make_stream(b"MZ not really")
    annotated(Subtype="/FileAttachment", FS={"F": "a.exe", "EF": {"F": data}})(pdf)


def signed(base: bytes, *, name: str = "Signature") -> bytes:
    """The file with a signature of somebody we do not know, as a revision of its own."""
    certificate, key = _somebody()
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyHanko's
    registry.register(certificate)
    signer = signers.SimpleSigner(certificate, key, registry)
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(base)),
        signers.PdfSignatureMetadata(field_name=name),
        signer=signer,
    )
    return bytes(out.getvalue())


def revised(base: bytes, objects: Mapping[int, bytes]) -> bytes:
    """The file with a classic incremental update behind it: these objects are other ones now."""
    out = bytearray(base if base.endswith(b"\n") else base + b"\n")
    rows = []
    for number, body in objects.items():
        rows.append(b"%d 1\n%010d 00000 n\r\n" % (number, len(out)))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    root = int(re.findall(rb"/Root (\d+)", base)[-1])
    size = max(int(found) for found in re.findall(rb"/Size (\d+)", base))
    previous = int(base.rsplit(b"startxref", 1)[1].split()[0])
    start = len(out)
    out += b"xref\n%strailer\n<< /Size %d /Root %d 0 R /Prev %d >>\n" % (
        b"".join(rows),
        size,
        root,
        previous,
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def packed(objects: Mapping[int, bytes], loose: Mapping[int, bytes], header: bytes) -> bytes:
    """A file whose `objects` are in one object stream with this header; `loose` are not.

    `%(first)d`, `%(count)d` and `%(length)d` stand for what the usual header says.
    """
    pairs, inside = [], b""
    for number, body in objects.items():
        pairs.append(b"%d %d" % (number, len(inside)))
        inside += body + b"\n"
    index = b" ".join(pairs) + b"\n"
    data = zlib.compress(index + inside)
    numbers = {b"first": len(index), b"count": len(pairs), b"length": len(data)}
    holder, table = max([*objects, *loose]) + 1, max([*objects, *loose]) + 2
    written = {
        **{number: body % numbers for number, body in loose.items()},
        holder: b"<< %s >>\nstream\n%s\nendstream" % (header % numbers, data),
    }
    out, entries = bytearray(b"%PDF-1.7\n"), {0: (0, 0, 255)}
    for number, body in written.items():
        entries[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    entries |= {number: (2, holder, place) for place, number in enumerate(objects)}
    entries[table] = (1, len(out), 0)
    rows = b"".join(
        bytes([kind]) + where.to_bytes(4, "big") + bytes([last])
        for kind, where, last in (entries[number] for number in sorted(entries))
    )
    out += b"%d 0 obj\n<< /Type /XRef /W [1 4 1] /Size %d /Root 1 0 R /Length %d >>\n" % (
        table,
        table + 1,
        len(rows),
    )
    end = b"stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n"
    return bytes(out + end % (rows, entries[table][1]))


def everything(content: bytes) -> bytes:
    """All that any reader can find in a file: its bytes, its objects, its streams unpacked."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        streams = [o.read_bytes() for o in pdf.objects if isinstance(o, Stream) and _text(o)]
        return b"\n".join([content, *(o.unparse() for o in pdf.objects), *streams])


def _text(stream: Stream) -> bool:
    return stream.get("/Subtype") != Name.Image


@lru_cache(maxsize=1)
def _somebody() -> tuple[x509.Certificate, keys.PrivateKeyInfo]:
    """A self-signed certificate and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = cx509.Name([cx509.NameAttribute(cx509.NameOID.COMMON_NAME, "Somebody")])
    now = datetime.now(UTC)
    made = (
        cx509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return (
        x509.Certificate.load(made.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(private),
    )


def _image(pdf: Pdf, what: Mapping[str, Any]) -> Stream:
    """A white picture; it says its size and has the data of a small one, as nobody decodes it."""
    made = pdf.make_stream(b"\xff" * 16)
    keys: dict[str, Any] = {"BitsPerComponent": 8, **what}
    across, down = keys.pop("size")
    made.Type, made.Subtype, made.ColorSpace = Name.XObject, Name.Image, Name.DeviceGray
    made.Width, made.Height = across, down
    for name, value in keys.items():
        made[f"/{name}"] = value
    return made
