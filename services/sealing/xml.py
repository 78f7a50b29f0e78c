"""The certificate as XML: HL7 CDA R2 by shape, from the same values that are printed (C27).

It is a readable document for machines, not a registered СЭМД: template identifiers of the
federal guides and coded vocabularies are not claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from services.sealing.layout import Layout
from services.sealing.text import normalised


def certificate_xml(
    layout: Layout,
    values: Mapping[str, str],
    *,
    number: str,
    issued_on: date,
    doctor: str,
    verify_url: str,
) -> bytes:
    """The document in UTF-8. Values are escaped and in the same Unicode form as in print.

    Raises:
        ValuesDoNotMatchLayoutError: if the values are not exactly the rows.
        UnprintableTextError: if a value has characters that XML cannot hold either.
    """
    layout.check(values)
    rows = "\n".join(
        f"          <tr ID={quoteattr(row.key)}><th>{_text(row.label)}</th>"
        f"<td>{_text(values[row.key])}</td></tr>"
        for row in layout.rows
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3">
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <id extension={_attribute(number)}/>
  <code displayName={_attribute(layout.title)}/>
  <title>{_text(layout.title)}</title>
  <effectiveTime value="{issued_on:%Y%m%d}"/>
  <confidentialityCode code="R" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="ru-RU"/>
  <author><assignedAuthor><assignedPerson><name>{_text(doctor)}</name></assignedPerson></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization>
    <name>{_text(layout.organisation)}</name>
  </representedCustodianOrganization></assignedCustodian></custodian>
  <component><structuredBody><component><section>
      <title>{_text(layout.title)}</title>
      <text>
        <table>
{rows}
        </table>
        <linkHtml href={_attribute(verify_url)}>Проверить подлинность</linkHtml>
      </text>
  </section></component></structuredBody></component>
</ClinicalDocument>
""".encode()


def _text(value: str) -> str:
    return escape(normalised(value))


def _attribute(value: str) -> str:
    return quoteattr(normalised(value))
