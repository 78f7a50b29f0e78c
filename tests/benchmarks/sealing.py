"""Sealed documents per CPU-second of the sealing process, against what most would write.

"Sealed" is one page PDF/A-3u, 13 fields, QR code, embedded XML, two PAdES-B-T signatures with two
RFC 3161 stamps. All candidates run in this process, in turns, on the same values and keys, and
each must pass the outsider's signature check once before it is measured. Nothing is asserted on a
clock. `python -m tests.benchmarks.sealing` prints the table.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from deploy.world import verify_pdf
from deploy.world.pki import Algorithm
from deploy.world.pki.desk import issue
from services.documents.signers.domain.signer import Keeping, Key
from services.documents.signers.gateways.requests import request_of
from services.sealing import (
    HttpTimestamps,
    Sealed,
    Sealer,
    SealRequest,
    TimestampSource,
    Token,
    TokenSigner,
    timestamp_client,
)
from services.sealing.pdf.facts import Facts
from services.sealing.pdf.general import GeneralTemplate
from tests.benchmarks.row import Row
from tests.benchmarks.sealing_baselines import PyHankoPair, WeasyPage
from tests.support.sealing import DemoPki, LocalTimestamps, seal_many
from tests.support.tools.needs import Missing, find
from tests.support.tools.softhsm import SoftHsm

ROUNDS = 5
SECONDS_A_ROUND = 0.6
UNIT = "documents/CPU-s"
REPOSITORY = Path(__file__).parents[2]

Batch = Callable[[int], Awaitable[bytes]]


@dataclass(frozen=True)
class Candidate:
    """A way to seal: `batch(n)` makes n documents and gives the last."""

    name: str
    batch: Batch
    in_flight: int = 1


async def run() -> list[Row]:
    """Measure everything; the first row of each kind of keys is the baseline (ratio 1)."""
    rows: list[Row] = []
    for algorithm in (Algorithm.P256, Algorithm.RSA2048):
        with tempfile.TemporaryDirectory() as directory:
            pki = DemoPki.make(Path(directory), algorithm)
            async with AsyncExitStack() as stack:
                candidates = await _candidates(pki, stack)
                candidates += await _in_a_token(pki, algorithm, stack)
                measured = await _measure(candidates, pki)
            baseline = measured[candidates[0].name]
            rows += [
                Row(
                    f"{algorithm.value}: {name}",
                    statistics.median(rates),
                    UNIT,
                    # round against the same round: a noisy neighbour slows both
                    statistics.median(r / b for r, b in zip(rates, baseline, strict=True)),
                )
                for name, rates in measured.items()
            ]
            rows.append(_raw_limit(pki, algorithm))
    return rows


async def _candidates(pki: DemoPki, stack: AsyncExitStack) -> list[Candidate]:
    local: TimestampSource = LocalTimestamps(pki.authority())
    remote = await _http_stamps(pki, stack)
    organisation, trust = pki.signer("organisation"), pki.trust()
    request = pki.request()
    long = pki.request(None, history="Без особенностей. " * 20)
    checked = Sealer(organisation, local, trust)
    return [
        *_baselines(pki, request),
        Candidate("ours, general engine (typst)", _batch(checked, long), 4),
        Candidate(
            "ours, stamps over HTTP", _batch(Sealer(organisation, remote, trust), request), 50
        ),
        Candidate("ours, stamps in process", _batch(checked, request), 50),
        Candidate(
            "ours, in process, no trust checks", _batch(Sealer(organisation, local), request), 50
        ),
    ]


async def _in_a_token(pki: DemoPki, algorithm: Algorithm, stack: AsyncExitStack) -> list[Candidate]:
    """Both keys in SoftHSM: what PKCS#11 costs before a device costs anything."""
    missing = find("softhsm")
    if isinstance(missing, Missing):
        print(f"!!! no keys in a token: {missing.why}")
        return []
    hsm = SoftHsm.made(pki.directory, os.putenv)
    token = hsm.token()
    stack.push_async_callback(token.close)
    doctor, organisation = [
        await _of_token(pki, token, algorithm, name)
        for name in ("doctors/doctor-ivanova", "organisation")
    ]
    sealer = Sealer(organisation, LocalTimestamps(pki.authority()), pki.trust())
    request = replace(pki.request(), doctor=doctor)
    return [Candidate("ours, both keys in a token (PKCS#11, SoftHSM)", _batch(sealer, request), 50)]


async def _of_token(pki: DemoPki, token: Token, algorithm: Algorithm, like: str) -> TokenSigner:
    """A signer in the token with the name of one of the files."""
    key_id = like.encode()
    rsa_bits = None if algorithm is Algorithm.P256 else 2048
    public = await token.make(key_id, rsa_bits=rsa_bits)
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    name = x509.load_der_x509_certificate(pki.signer(like).certificate).subject
    asked = await request_of(
        name, Key(like, Keeping.TOKEN, spki), lambda message: token.sign(key_id, public, message)
    )
    certificate, *chain = x509.load_pem_x509_certificates(issue(pki.directory, asked))
    return TokenSigner(token, key_id, certificate, chain)


def _batch(sealer: Sealer, request: SealRequest) -> Batch:
    async def batch(count: int) -> bytes:
        results = await seal_many(sealer, [request] * count)
        last = results[-1]
        assert isinstance(last, Sealed), last
        return last.pdf

    return batch


def _baselines(pki: DemoPki, request: SealRequest) -> list[Candidate]:
    pair = PyHankoPair(pki)
    general = GeneralTemplate(request.layout, pki.signer("organisation").info)
    facts = Facts(
        number=request.number,
        number_line=f"№ {request.number}",
        url=request.qr_url,
        xml=request.xml,
        doctor=pki.signer("doctors/doctor-ivanova").info,
        when=request.when,
        reserve=0,
    )

    def of(page: Callable[[], bytes]) -> Batch:
        async def batch(count: int) -> bytes:
            for _ in range(count):
                sealed = await pair.sign(page())
            return sealed

        return batch

    typst = Candidate(
        "typst + pyHanko SimpleSigner", of(lambda: general.unsigned(request.values, facts))
    )
    try:
        weasy = WeasyPage()
    except OSError as missing:
        print(f"!!! WeasyPrint cannot load ({missing}): the baseline is typst + pyHanko instead")
        return [typst]
    return [Candidate("WeasyPrint + pyHanko SimpleSigner", of(lambda: weasy.print(request))), typst]


async def _http_stamps(pki: DemoPki, stack: AsyncExitStack) -> HttpTimestamps:
    """The real authority as a process; its CPU time is not counted, the client's is."""
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.world.tsa"),
        cwd=REPOSITORY,
        env={"TSA_PORT": "0", "TSA_PKI_DIR": str(pki.directory)},
        stdout=subprocess.PIPE,
    )
    stack.push_async_callback(server.wait)
    stack.callback(server.terminate)
    assert server.stdout is not None
    address = (await server.stdout.readline()).split()[-1].decode()
    client = timestamp_client()
    stack.push_async_callback(client.aclose)
    return HttpTimestamps(client, f"http://{address}/", pki.trust())


async def _measure(candidates: list[Candidate], pki: DemoPki) -> dict[str, list[float]]:
    counts = {}
    for candidate in candidates:
        reports = await verify_pdf.check_signatures(await candidate.batch(1), pki.root)
        assert len(reports) == 2, candidate.name
        assert all(report.good for report in reports), (candidate.name, reports)
        rate = await _rate(candidate, candidate.in_flight)
        whole = max(1, round(rate * SECONDS_A_ROUND / candidate.in_flight))
        counts[candidate.name] = whole * candidate.in_flight
    rates: dict[str, list[float]] = {candidate.name: [] for candidate in candidates}
    for _ in range(ROUNDS):  # in turns, so that a noisy neighbour disturbs all alike
        for candidate in candidates:
            rates[candidate.name].append(await _rate(candidate, counts[candidate.name]))
    return rates


async def _rate(candidate: Candidate, count: int) -> float:
    start = time.process_time()
    await candidate.batch(count)
    return count / (time.process_time() - start)


def _raw_limit(pki: DemoPki, algorithm: Algorithm) -> Row:
    """Four raw signatures a document, and nothing else: no software can be faster."""
    signer, message, rates = pki.signer("organisation"), bytes(200), []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(400):
            signer.sign(message)
        rates.append(400 / 4 / (time.process_time() - start))
    name = f"{algorithm.value}: limit, four raw signatures alone"
    return Row(name, statistics.median(rates), UNIT)


def main() -> None:
    """Print the table."""
    for row in asyncio.run(run()):
        ratio = f"{row.ratio:8.1f}×" if row.ratio is not None else ""
        print(f"{row.name:<52}{row.value:>10.1f} {row.unit}{ratio:>12}")


if __name__ == "__main__":
    main()
