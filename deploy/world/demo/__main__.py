"""`python -m deploy.world.demo`: play the journey; exit 0 only if everything is as promised."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

import httpx2

from deploy.stacks.embedded.settings import Ports, StackSettings
from deploy.stacks.embedded.state import read_state
from deploy.world.demo.every_type import EveryType
from deploy.world.demo.gateway import DemoFailedError, Gateway
from deploy.world.demo.scenario import Scenario
from deploy.world.demo.steps import Steps

_OPENS_WITHIN = 180.0


async def opened(run_dir: Path, gateway: str, *, within: float = _OPENS_WITHIN) -> None:
    """Wait for the people of a stack that has just started; of one elsewhere nobody knows.

    Raises:
        DemoFailedError: they do not come.
    """
    deadline, told = time.monotonic() + within, False
    while (state := read_state(run_dir)) and state["public_url"] == gateway and not state["open"]:
        if not state["demo"] or time.monotonic() > deadline:
            message = "стенд не открыт: нет его клиник и сотрудников; причина – в logs/demo.log"
            raise DemoFailedError(message)
        if not told:
            print("Стенд ещё открывается: клиники, сотрудники, ключи…", file=sys.stderr)
        told = True
        await asyncio.sleep(0.5)


async def main() -> int:
    """Play it; returns the exit code."""
    ports = Ports()
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--gateway", default=f"http://127.0.0.1:{ports.gateway}")
    parser.add_argument("--out", type=Path, default=StackSettings().run_dir / "demo")
    parser.add_argument("--seed", type=int, default=None, help="invent the same citizen again")
    args = parser.parse_args()
    gateway = Gateway(args.gateway)
    try:
        await opened(StackSettings().run_dir, args.gateway)
        steps = Steps()
        scenario = Scenario(gateway, steps, seed=args.seed)
        outcome = await scenario.play()
        await EveryType(gateway, steps, scenario.citizen).play()
        steps.done()
    except DemoFailedError as failure:
        print(f"\nНе сошлось: {failure}", file=sys.stderr)
        return 1
    except httpx2.TransportError as error:
        print(
            f"\nПлатформа не отвечает по адресу {args.gateway} ({error!r}). Запустите её: make run",
            file=sys.stderr,
        )
        return 2
    finally:
        await gateway.close()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, content in (("certificate.pdf", outcome.certificate), ("talon.pdf", outcome.talon)):
        (args.out / name).write_bytes(content)
        print(f"{args.out / name}: {len(content)} Б")
    print(f"Проверка в браузере: {args.gateway}/verify/{outcome.number}")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
