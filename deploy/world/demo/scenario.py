"""The whole journey, played by a citizen, a doctor and a stranger."""

from __future__ import annotations

import asyncio
import hashlib
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from deploy.world import verify_pdf
from deploy.world.demo.automatic import play_automatic
from deploy.world.demo.checks import check_public, check_sealed
from deploy.world.demo.citizen import Citizen, download
from deploy.world.demo.confirming import apply_signed, refused
from deploy.world.demo.doctor import Doctor
from deploy.world.demo.employer import apply_again, prepared_by_employer
from deploy.world.demo.forms import filled_form, findings
from deploy.world.demo.gateway import DemoFailedError, Gateway, RefusedError
from deploy.world.demo.papers import policy_scan, test_results
from deploy.world.demo.person import new_person
from deploy.world.demo.seeing import Seeing
from deploy.world.demo.several import examine
from deploy.world.demo.steps import Steps, require

SAID = {
    "reason": "first",
    "symptoms": "Кашель две недели, к вечеру температура 37,5.",
    "red_flags": [],
}
"""What a first visit asks of its patient."""


@dataclass
class Outcome:
    """What the journey left behind."""

    certificate: bytes = b""
    talon: bytes = b""
    number: str = ""
    talon_number: str = ""
    application: dict[str, Any] = field(default_factory=dict)
    appointment: dict[str, Any] = field(default_factory=dict)


class Scenario:
    """One citizen's way from nothing to a certificate and a talon."""

    def __init__(
        self,
        gateway: Gateway,
        steps: Steps,
        *,
        seed: int | None = None,
        clinic_id: str = "clinic-1",
    ) -> None:
        self.steps = steps
        self.clinic_id = clinic_id
        self.stranger = gateway
        self.citizen = Citizen(gateway.caller(), new_person(random.Random(seed)))
        self.doctor = Doctor(gateway.caller())
        self.outcome = Outcome()
        self._form: dict[str, Any] = {}

    async def play(self) -> Outcome:
        """Play everything.

        Raises:
            DemoFailedError: something is not as it should be.
        """
        await self.become_confirmed()
        await self.apply()
        await self.pay()
        taken_back = await apply_signed(
            self.citizen, self.steps, {"type": self.outcome.application["type"]}, self._form
        )
        await apply_again(self.citizen, self.steps, taken_back)
        await prepared_by_employer(self.citizen, self.steps)
        await self.review()
        await self.receive()
        await self.check_certificate()
        await examine(self.stranger, self.steps, self.citizen, self.doctor, self.clinic_id)
        await self.book()
        await self.cancel()
        await Seeing(
            self.stranger, self.steps, self.citizen, clinic_id=self.clinic_id, said=SAID
        ).play()
        await play_automatic(self.citizen, self.stranger, self.steps, self.clinic_id)
        return self.outcome

    async def become_confirmed(self) -> None:
        """Register, log in, fill in the profile."""
        citizen, steps = self.citizen, self.steps
        steps.part(f"Гражданин: {citizen.person.full_name}, {citizen.person.phone}")
        with steps.step("регистрация по коду из SMS"):
            await citizen.register()
        with steps.step("вход: пароль и второй код"):
            await citizen.log_in()
        with steps.step("почта подтверждена кодом из письма"):
            await citizen.prove_email()
        with steps.step("телефон принимает push"):
            await citizen.add_device()
        with steps.step("ошибки профиля названы все сразу") as notes:
            await self._profile_refused(notes)
        with steps.step("профиль подтверждён государственным реестром"):
            await citizen.fill_profile()

    async def _profile_refused(self, notes: list[str]) -> None:
        gateway = self.citizen.gateway
        version = (await gateway.call("GET", "identity", "/profile")).headers["ETag"]
        wrong = self.citizen.person.profile | {"snils": "11223344500", "inn": "123", "oms": "1"}
        try:
            await gateway.call(
                "PUT", "identity", "/profile", json=wrong, headers={"If-Match": version}
            )
        except RefusedError as refused:
            pointers = {e["pointer"] for e in refused.problem["errors"]}
            notes.append(", ".join(sorted(pointers)))
            require(pointers == {"/snils", "/inn", "/oms"}, f"errors named: {pointers}")
        else:
            require(False, "a profile with three wrong numbers was accepted")

    async def apply(self) -> None:
        """Find the type, upload the scans, fill the draft, submit."""
        citizen, steps = self.citizen, self.steps
        steps.part("Заявление на справку 086/у")
        with steps.step("поиск в каталоге") as notes:
            found = await citizen.gateway.get("certificates", "/types", query="086")
            code = found["items"][0]["code"]
            notes.append(found["items"][0]["title"])
        with steps.step("черновик с данными из профиля") as notes:
            application = await citizen.gateway.post(
                "certificates", "/applications", {"type": code}, once=True
            )
            prefilled = {k for k, v in application["fields"].items() if v}
            require("last_name" in prefilled, f"the draft is not prefilled: {application}")
            notes.append(f"заполнено полей: {len(prefilled)}")
        with steps.step("загрузка сканов") as notes:
            name, oms = citizen.person.full_name, citizen.person.profile["oms"]
            policy = await citizen.upload("полис.jpg", policy_scan(name, oms), "image/jpeg")
            results = await citizen.upload("анализы.pdf", test_results(name), "application/pdf")
            require(policy["dpi"] == 300, f"the scan has 300 dpi, not {policy['dpi']}")  # noqa: PLR2004 - made so
            require(results["pages"] == 3, f"the PDF has 3 pages, not {results['pages']}")  # noqa: PLR2004 - made so
            notes.append(f"JPEG {policy['dpi']} dpi; PDF {results['pages']} с.")
        self._form = filled_form(policy["file_id"], results["file_id"], self.clinic_id)
        with steps.step("заполнение"):
            application = await citizen.edit(application, self._form)
            require(bool(application["digest"]), f"not ready: {application['problems']}")
        with steps.step("без подтверждения не подать"):
            await refused(citizen, application)
        with steps.step("подача подтверждена кодом из SMS") as notes:
            application = await citizen.submit(application)
            notes.append(f"номер {application['tracking_number']}")
            notes.append(f"срок до {application['deadline_at']}")
            turn = application["turn"]
            require(bool(turn["office"]["phone"]), f"nobody can be asked: {turn}")
            notes.append(f"{turn['title']}, {turn['office']['title']}")
        with steps.step("SMS, письмо и push о приёме заявления"):
            await asyncio.gather(
                *(
                    inbox.wait_for(application["tracking_number"])
                    for inbox in (citizen.phone, citizen.mailbox, citizen.device)
                )
            )
        self.outcome.application = application

    async def pay(self) -> None:
        """The bill is paid on the acquirer's page, once (C18)."""
        citizen, steps = self.citizen, self.steps
        steps.part("Оплата")
        bill = self.outcome.application["bill"]
        with steps.step("счёт оплачен на странице банка") as notes:
            paid = await citizen.pay(bill["id"])
            notes.append(f"УИН {paid['number']}, {paid['amount_kopecks'] // 100} ₽")
        with steps.step("второй раз не спишут"):
            try:
                await citizen.gateway.post("certificates", f"/bills/{bill['id']}/payment")
            except RefusedError as refused:
                require(refused.code == "bill-not-payable", f"refused otherwise: {refused}")
            else:
                require(False, "a bill that is paid can be paid again")
        with steps.step("SMS, письмо и push об оплате"):
            inboxes = (citizen.phone, citizen.mailbox, citizen.device)
            await asyncio.gather(*(inbox.wait_for("оплачено") for inbox in inboxes))

    async def review(self) -> None:
        """The doctor logs in, takes the application, looks at scans and certificate, approves."""
        doctor, steps = self.doctor, self.steps
        application_id = self.outcome.application["id"]
        steps.part("Врач")
        with steps.step("вход врача"):
            await doctor.log_in()
        with steps.step("заявление из очереди взято"):
            await doctor.claim(application_id)
        with steps.step("скан открыт врачом") as notes:
            review = await doctor.gateway.get("certificates", f"/reviews/{application_id}")
            file_id = review["attachments"][0]["file_id"]
            link = await self._doctors_link(file_id)
            page = await self.stranger.page(link["url"])
            require(page.is_success, f"the scan's address answered {page.status_code}")
            notes.append(f"{len(page.content)} Б")
        found = findings()
        with steps.step("справка показана до подписания") as notes:
            preview = await doctor.preview(application_id, found)
            pdf = await doctor.see(preview["preview_id"])
            require(pdf.startswith(b"%PDF-"), "the preview is no PDF")
            require(b"/ByteRange" not in pdf, "the preview is signed")
            notes.append(f"{len(pdf)} Б без подписей, SHA-256 {preview['digest'][:12]}…")
        with steps.step("без подтверждения врача не одобрить"):
            await self._approval_refused(application_id, found, preview["digest"])
        with steps.step("подпись подтверждена кодом из SMS, одобрено"):
            act = await doctor.sign(preview["digest"])
            await doctor.approve(application_id, found, act)

    async def _approval_refused(
        self, application_id: str, found: dict[str, Any], digest: str
    ) -> None:
        path = f"/reviews/{application_id}/approval"
        try:
            await self.doctor.gateway.post("certificates", path, found)
        except RefusedError as refused:
            require(refused.code == "signing-act-required", f"refused with {refused.code}")
            require(refused.problem["digest"] == digest, "another digest than the preview's")
        else:
            require(False, "approved without the doctor's own act")

    async def _doctors_link(self, file_id: str) -> dict[str, Any]:
        """The right to read follows the claim by an event: it may be a moment behind."""
        for _ in range(100):
            try:
                found: dict[str, Any] = await self.doctor.gateway.post(
                    "documents", f"/files/{file_id}/links"
                )
            except RefusedError as refused:
                if refused.status not in {403, 404}:
                    raise
                await asyncio.sleep(0.05)
            else:
                return found
        message = "the doctor may not read the scan"
        raise DemoFailedError(message)

    async def receive(self) -> None:
        """Wait for the three messages, download the sealed PDF."""
        citizen, steps = self.citizen, self.steps
        steps.part("Справка")
        with steps.step("SMS, письмо и push о готовности"):
            await asyncio.gather(
                *(
                    inbox.wait_for("готова")
                    for inbox in (citizen.phone, citizen.mailbox, citizen.device)
                )
            )
        with steps.step("скачивание по подписанному адресу") as notes:
            mine = await citizen.gateway.get("certificates", "/certificates")
            certificate = mine["items"][0]
            self.outcome.number = certificate["number"]
            self.outcome.certificate = await download(citizen.gateway, certificate["document_id"])
            digest = hashlib.sha256(self.outcome.certificate).hexdigest()
            require(digest == certificate["sha256"], "the file is not the one that was sealed")
            notes.append(f"№ {certificate['number']}, {len(self.outcome.certificate)} Б")
        with steps.step("справка как приложение к другому заявлению: портал узнаёт её") as notes:
            file = await citizen.upload("справка.pdf", self.outcome.certificate, "application/pdf")
            own = file["own_document"]
            require(file["sha256"] == digest, "the certificate was not kept byte for byte")
            require(file["signed"] == "signed-intact", f"its signatures: {file['signatures']}")
            require(own is not None and own["current"], f"not known as our own: {own}")
            require(own["number"] == certificate["number"], f"known as another: {own}")
            notes.append(f"подписей: {len(file['signatures'])}")
        with steps.step("квитанция о регистрации подписана и проверяется по номеру") as notes:
            notes.append(f"{len(await self._receipt())} Б")
        with steps.step("журнал сообщений гражданина") as notes:
            journal = await citizen.gateway.get("notifier", "/messages", limit=100)
            channels = {m["channel"] for m in journal["items"]}
            require(channels == {"sms", "email", "push"}, f"channels in the journal: {channels}")
            notes.append(f"сообщений: {len(journal['items'])}")

    async def _receipt(self) -> bytes:
        """The receipt (C13): its clinic's signature is intact, its QR leads to the public check."""
        application = self.outcome.application
        for _ in range(200):
            path = f"/applications/{application['id']}"
            receipt = (await self.citizen.gateway.get("certificates", path))["receipt"]
            if receipt is not None:
                break
            await asyncio.sleep(0.05)
        require(receipt, "there is no receipt")
        content = await download(self.citizen.gateway, receipt)
        (address,) = await asyncio.to_thread(verify_pdf.read_qr, content)
        page = await self.stranger.page(address)
        require(page.is_success, f"{address} answered {page.status_code}")
        require("Заявление зарегистрировано" in page.text, f"{address} does not say so")
        require(application["fields"]["last_name"] not in page.text, "the page names the citizen")
        return content

    async def check_certificate(self) -> None:
        """What anybody can check with their own tools."""
        self.steps.part("Посторонний проверяет файл")
        await check_sealed(
            self.stranger, self.steps, self.outcome.certificate, "справка", signatures=2
        )
        await check_public(
            self.stranger,
            self.steps,
            self.outcome.certificate,
            number=self.outcome.number,
            person=self.citizen.person,
        )

    async def book(self) -> None:
        """Find a free slot, book it, get the talon."""
        citizen, steps = self.citizen, self.steps
        steps.part("Запись к врачу")
        with steps.step("свободное время") as notes:
            slot = await self._late_slot()
            notes.append(f"{slot['visit']['specialty']}, {slot['visit']['starts_at']}")
        with steps.step("запись") as notes:
            appointment = await citizen.gateway.post(
                "scheduling", "/appointments", {"slot_id": slot["id"], **SAID}, once=True
            )
            self.outcome.appointment = appointment
            self.outcome.talon_number = appointment["talon"]["number"]
            notes.append(f"талон {self.outcome.talon_number}")
        with steps.step("то же время второму не достаётся"):
            try:
                await citizen.gateway.post(
                    "scheduling", "/appointments", {"slot_id": slot["id"], **SAID}, once=True
                )
            except RefusedError as refused:
                require(refused.code == "slot-taken", f"refused with {refused.code}")
            else:
                require(False, "the same slot was booked twice")
        with steps.step("SMS, письмо и push о записи, в письме – о талоне"):
            await asyncio.gather(
                citizen.phone.wait_for(r"Вы записаны|Запись \d"),
                citizen.device.wait_for("Вы записаны"),
                citizen.mailbox.wait_for("Талон с QR-кодом готов"),
            )
        with steps.step("талон скачан") as notes:
            appointment = await citizen.gateway.get(
                "scheduling", f"/appointments/{appointment['id']}"
            )
            self.outcome.talon = await download(
                citizen.gateway, appointment["talon"]["document_id"]
            )
            notes.append(f"{len(self.outcome.talon)} Б")
        await check_sealed(self.stranger, steps, self.outcome.talon, "талон", signatures=1)
        with steps.step("QR талона ведёт на проверку") as notes:
            (address,) = await asyncio.to_thread(verify_pdf.read_qr, self.outcome.talon)
            page = await self.stranger.page(address)
            require(page.is_success, f"{address} answered {page.status_code}")
            number = self.outcome.talon_number
            require(address.endswith(f"/talon/{number}"), f"the QR says {address}")
            require("Талон действителен" in page.text, f"{address} does not say «действителен»")
            notes.append(address)

    async def _late_slot(self) -> dict[str, Any]:
        """A free slot that may still be cancelled: more than a day from now."""
        cursor: str | None = None
        while True:
            params = {"specialty": "therapist"} | ({"cursor": cursor} if cursor else {})
            found = await self.citizen.gateway.get("scheduling", "/slots", **params)
            for slot in found["items"]:
                starts = datetime.fromisoformat(slot["visit"]["starts_at"])
                if (starts - datetime.now(UTC)).total_seconds() > 26 * 3600:
                    chosen: dict[str, Any] = slot
                    return chosen
            cursor = found["next_cursor"]
            require(cursor, "no free slot later than a day from now")

    async def cancel(self) -> None:
        """Cancel in time; the talon is void and says so."""
        citizen, steps = self.citizen, self.steps
        with steps.step("отмена больше чем за 24 часа"):
            appointment_id = self.outcome.appointment["id"]
            await citizen.gateway.post(
                "scheduling", f"/appointments/{appointment_id}/cancellation", {"reason": "планы"}
            )
        with steps.step("SMS об отмене, талон недействителен"):
            await citizen.phone.wait_for("Отмен")
            talon = await self.stranger.get(
                "scheduling", f"/public/talons/{self.outcome.talon_number}"
            )
            require(talon["state"] == "void", f"the talon is {talon['state']}")
