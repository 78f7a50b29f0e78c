"""What an outsider can check of a sealed document with their own tools."""

from __future__ import annotations

import asyncio

from deploy.world import verify_pdf
from deploy.world.demo.gateway import Gateway
from deploy.world.demo.person import Person
from deploy.world.demo.steps import Steps, require


async def check_sealed(
    stranger: Gateway, steps: Steps, pdf: bytes, what: str, *, signatures: int
) -> None:
    """Signatures, time stamps and PDF/A of a sealed file.

    Raises:
        DemoFailedError: one of them does not hold.
    """
    with steps.step(f"{what}: подписи и метки времени (pyHanko)") as notes:
        root = await stranger.page("/trust/root.pem")
        require(root.is_success, "the demo root certificate is not published")
        # with the root alone: the lists come from where the certificates say that they are
        reports = await verify_pdf.check_signatures(pdf, root.content, revocation=True)
        require(len(reports) == signatures, f"signatures: {len(reports)}, not {signatures}")
        for report in reports:
            require(
                report.intact
                and report.valid
                and report.trusted
                and report.timestamp_valid
                and report.timestamp_trusted,
                f"a signature does not hold: {report}",
            )
        require(reports[-1].covers_whole_file, "the seal does not cover the whole file")
        notes.append("; ".join(r.signer for r in reports))
    with steps.step(f"{what}: PDF/A-3u") as notes:
        found = await asyncio.to_thread(verify_pdf.check_pdfa, pdf)
        require(not found, f"not PDF/A: {found}")


async def check_public(
    stranger: Gateway, steps: Steps, pdf: bytes, *, number: str, person: Person
) -> None:
    """What is inside a certificate, and where its QR code leads.

    Raises:
        DemoFailedError: it is not this certificate's number, or the page says too much.
    """
    with steps.step("внутри – XML справки") as notes:
        attached = await asyncio.to_thread(verify_pdf.attachments, pdf)
        require(
            any(number.encode() in xml for xml in attached.values()),
            f"no XML with the number among {sorted(attached)}",
        )
        notes.append(", ".join(attached))
    with steps.step("QR ведёт на публичную проверку") as notes:
        (address,) = await asyncio.to_thread(verify_pdf.read_qr, pdf)
        page = await stranger.page(address)
        require(page.is_success, f"{address} answered {page.status_code}")
        require(address.endswith(f"/verify/{number}"), f"the QR says {address}")
        require('class="state valid"' in page.text, f"{address} does not say «действительна»")
        last_name = person.profile["last_name"]
        require(person.full_name not in page.text, "the page shows the whole name")
        require(last_name not in page.text, "the page shows the last name")
        notes.append(address)
    with steps.step("проверка по номеру без входа") as notes:
        public = await stranger.get("certificates", f"/public/certificates/{number}")
        require(public["state"] == "valid", f"state {public['state']}")
        notes.append(f"{public['state']}, {public['name']}")
