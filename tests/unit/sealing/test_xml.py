"""C27: the embedded XML is well-formed, escaped, and says what is printed."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from services.sealing import certificate_xml
from tests.support.sealing import ISSUED, NUMBER, URL, VALUES, form_086u

HL7 = {"h": "urn:hl7-org:v3"}


def document(**changed: str) -> ET.Element:
    return ET.fromstring(  # noqa: S314 - our own document
        certificate_xml(
            form_086u(),
            {**VALUES, **changed},
            number=NUMBER,
            issued_on=ISSUED,
            doctor='Иванова "М" <П>',
            verify_url=f"{URL}?a=1&b=2",
        )
    )


def test_every_value_stands_beside_its_label() -> None:
    rows = document().findall(".//h:tr", HL7)
    found = {row.get("ID"): row.findtext("h:td", namespaces=HL7) for row in rows}
    assert found == VALUES


def test_markup_in_values_stays_text() -> None:
    tree = document(name="<b>&amp;]]></b> \"'")
    assert tree.findall(".//h:td", HL7)[0].text == "<b>&amp;]]></b> \"'"
    assert tree.findtext(".//h:author//h:name", namespaces=HL7) == 'Иванова "М" <П>'
    link = tree.find(".//h:linkHtml", HL7)
    assert link is not None
    assert link.get("href") == f"{URL}?a=1&b=2"


def test_number_and_date_are_machine_readable() -> None:
    tree = document()
    identifier, time = tree.find("h:id", HL7), tree.find("h:effectiveTime", HL7)
    assert identifier is not None
    assert time is not None
    assert (identifier.get("extension"), time.get("value")) == (NUMBER, "20261121")
