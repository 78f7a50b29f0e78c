"""O5: permits, the queue before them, deadlines and rates, without a server."""

from __future__ import annotations

import asyncio
import inspect
import socket
from contextlib import ExitStack

import httpx2
import pytest
import uvicorn
import uvloop
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.chassis.database.deadline import Deadline, running_deadline, set_deadline
from services.chassis.foundation.errors import RefusalError, TooManyRequestsError
from services.chassis.foundation.settings import Platform, ServiceSettings
from services.chassis.http.limits import Limits, OverloadedError, Permits
from services.chassis.http.limits.connections import allow_files, listening, server_options
from services.chassis.http.limits.shares import Shares
from services.chassis.http.problems import OtherHttpError, problem_response
from services.chassis.http.rates import Rate, Rates, network_of
from tests.support.eventually import eventually

PATIENT = Limits(concurrency=2, queue=3, queue_seconds=30.0)
HASTY = Limits(concurrency=1, queue=3, queue_seconds=0.01)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def settled() -> None:
    """Let every task run as far as it can."""
    for _ in range(5):
        await asyncio.sleep(0)  # a turn of the loop, not a time


async def test_places_are_passed_on_in_order() -> None:
    permits = Permits(PATIENT)
    await permits.acquire()
    await permits.acquire()
    order: list[int] = []

    async def waiter(n: int) -> None:
        await permits.acquire()
        order.append(n)

    tasks = [asyncio.create_task(waiter(n)) for n in range(3)]
    await settled()
    assert (permits.taken, permits.waiting, order) == (2, 3, [])
    for _ in range(3):
        permits.release()
        await settled()
    assert order == [0, 1, 2]
    await asyncio.gather(*tasks)
    permits.release()
    permits.release()
    assert (permits.taken, permits.waiting) == (0, 0)


async def test_nobody_overtakes_the_queue() -> None:
    """A newcomer does not take the place that was just given to who waited."""
    permits = Permits(Limits(concurrency=1, queue=3, queue_seconds=30.0))
    await permits.acquire()
    waiting = asyncio.create_task(permits.acquire())
    await settled()
    permits.release()  # passed on, though the waiter has not run yet
    newcomer = asyncio.create_task(permits.acquire())
    await waiting
    await settled()
    assert not newcomer.done()
    permits.release()
    await newcomer


async def test_who_comes_back_finds_a_place_and_nobody_gets_it_twice() -> None:
    """O5: who stepped aside for a slow line goes on at once; the queue waits a little longer."""
    permits = Permits(PATIENT)
    await permits.acquire()
    await permits.acquire()
    permits.release()  # steps aside
    await permits.acquire()
    permits.reacquire()
    waiting = asyncio.create_task(permits.acquire())
    await settled()
    permits.release()
    await settled()
    assert (permits.taken, permits.waiting) == (2, 1)
    permits.release()
    await waiting
    permits.release()
    permits.release()
    assert (permits.taken, permits.waiting) == (0, 0)


async def test_a_full_queue_refuses_at_once() -> None:
    permits = Permits(PATIENT)
    tasks = [asyncio.create_task(permits.acquire()) for _ in range(5)]
    await settled()
    assert not Permits(PATIENT).shedding
    with pytest.raises(OverloadedError) as refused:
        await permits.acquire()
    assert refused.value.reason == "busy"
    assert refused.value.retry_after is not None
    assert permits.shedding
    for task in tasks:
        task.cancel()


async def test_who_waited_long_enough_is_refused_and_forgotten() -> None:
    permits = Permits(HASTY)
    await permits.acquire()
    with pytest.raises(OverloadedError):
        await permits.acquire()
    assert permits.waiting == 0
    permits.release()
    assert permits.taken == 0


async def test_who_would_wait_too_long_is_refused_at_once() -> None:
    """The queue's pace is known: a wait that cannot end well does not begin."""
    clock = Clock()
    permits = Permits(Limits(concurrency=1, queue=100, queue_seconds=10.0), now=clock)
    await permits.acquire()
    tasks = [asyncio.create_task(permits.acquire()) for _ in range(90)]
    await settled()
    for _ in range(60):  # one place in five seconds
        clock.now += 5.0
        permits.release()
        await settled()
    assert permits.waiting == 30
    with pytest.raises(OverloadedError):
        await permits.acquire()
    for task in tasks:
        task.cancel()


async def test_a_standstill_does_not_close_the_queue_for_good() -> None:
    clock = Clock()
    permits = Permits(PATIENT, now=clock)
    await permits.acquire()
    await permits.acquire()
    first, second, third = (asyncio.create_task(permits.acquire()) for _ in range(3))
    await settled()
    permits.release()
    await first
    clock.now += 3600
    permits.release()
    await second
    permits.release()
    await third
    newcomer = asyncio.create_task(permits.acquire())
    await settled()
    assert permits.waiting == 1
    permits.release()
    await newcomer


async def test_a_cancelled_waiter_loses_no_place() -> None:
    """Also when its turn came in the same moment."""
    permits = Permits(PATIENT)
    await permits.acquire()
    await permits.acquire()
    waiting = asyncio.create_task(permits.acquire())
    await settled()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert permits.waiting == 0
    granted = asyncio.create_task(permits.acquire())
    await settled()
    permits.release()  # its turn
    granted.cancel()
    await asyncio.gather(granted, return_exceptions=True)
    permits.release()
    assert (permits.taken, permits.waiting) == (0, 0)


async def test_the_lag_sheds_a_share_and_never_all() -> None:
    limits = Limits(concurrency=1000, lag_seconds=0.1)
    permits = Permits(limits)
    permits.late(0.1)
    for _ in range(100):  # one late turn is no overload
        await permits.acquire()
    for _ in range(10):
        permits.late(0.4)
    outcomes = []
    for _ in range(400):
        try:
            await permits.acquire()
        except OverloadedError as error:
            outcomes.append(error.reason)
    assert 200 < len(outcomes) < 390  # three quarters: the lag is four times what it may be
    assert set(outcomes) == {"lagging"}
    for _ in range(10):
        permits.late(0.0)
    await permits.acquire()


async def test_a_machine_that_slept_is_itself_again_soon() -> None:
    permits = Permits(Limits(lag_seconds=0.1))
    permits.late(3600)
    for _ in range(5):
        permits.late(0.0)
    assert permits.lag < 0.1


async def test_the_clock_strikes_once_and_forbids_the_commit() -> None:
    struck = asyncio.Event()
    deadline = Deadline(0.001, struck.set)
    set_deadline(deadline)
    deadline.go()
    await struck.wait()
    assert running_deadline() is deadline
    assert not deadline.stop_for_commit()


async def test_what_begins_to_commit_has_no_clock_any_more() -> None:
    def strike() -> None:
        pytest.fail("the caller would be told of a failure that was none")

    deadline = Deadline(0.001, strike)
    set_deadline(deadline)
    deadline.go()
    assert deadline.stop_for_commit()
    deadline.go()  # the rest of a body, after it: the clock stays stopped
    other = asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, other.set)
    await other.wait()
    assert not deadline.struck


async def test_what_was_not_committed_has_its_clock_again() -> None:
    """With the time that the try took; what was committed in between stays without."""
    struck = asyncio.Event()
    deadline = Deadline(0.005, struck.set)
    deadline.go()
    assert deadline.stop_for_commit()
    other = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, other.set)
    await other.wait()
    assert not struck.is_set()
    deadline.go_on()
    await struck.wait()
    assert not deadline.stop_for_commit()

    committed = Deadline(0.001, lambda: pytest.fail("it is too late for that"))
    committed.go()
    assert committed.stop_for_commit()
    committed.stop()
    committed.go_on()
    asyncio.get_running_loop().call_later(0.02, other.clear)
    await eventually(lambda: not other.is_set())


async def test_the_clock_stands_while_it_is_paused() -> None:
    struck = asyncio.Event()
    deadline = Deadline(0.005, struck.set)
    deadline.go()
    deadline.pause()
    other = asyncio.Event()
    asyncio.get_running_loop().call_later(0.03, other.set)
    await other.wait()
    assert not struck.is_set()
    deadline.go()
    await struck.wait()


def test_work_that_nobody_waits_for_has_no_deadline() -> None:
    assert running_deadline() is None


def test_a_rate_is_a_bucket_that_fills_again() -> None:
    clock = Clock()
    rate = Rate(3, now=clock)
    for _ in range(3):
        rate.acquire("a")
    with pytest.raises(TooManyRequestsError) as refused:
        rate.acquire("a")
    assert refused.value.retry_after == 20
    rate.acquire("b")
    clock.now += 20
    rate.acquire("a")
    with pytest.raises(TooManyRequestsError):
        rate.acquire("a")


def test_a_rate_remembers_so_many_and_no_more() -> None:
    rate = Rate(1, remembered=10, now=Clock())
    for n in range(100):
        rate.acquire(str(n))
    assert len(rate) == 10
    with pytest.raises(TooManyRequestsError):
        rate.acquire("99")


def test_refusals_are_counted() -> None:
    told: list[int] = []
    rates = Rates(public_checks=1, creations=1, refused=lambda: told.append(1))
    rates.public_check("192.0.2.1")
    rates.creation("192.0.2.1")  # another bucket
    with pytest.raises(TooManyRequestsError):
        rates.public_check("192.0.2.1")
    with pytest.raises(TooManyRequestsError):
        rates.creation("192.0.2.1")
    assert len(told) == 2


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
    ],
)
def test_one_caller_is_one_network(address: str, network: str) -> None:
    """An IPv6 household has 2^64 addresses to choose from."""
    assert network_of(address) == network


async def test_strangers_have_their_own_places_and_nobody_has_many() -> None:
    shares = Shares(Limits(concurrency=16), _named)
    anna = await shares.caller(_from("192.0.2.1", "Bearer anna"))
    assert anna == await shares.caller(_from("192.0.2.2", "Bearer anna"))
    for _ in range(2):
        await shares.acquire(anna)
    with pytest.raises(OverloadedError):
        await shares.acquire(anna)
    strangers = [await shares.caller(_from(f"2001:db8:0:{n}::1")) for n in range(3)]
    assert strangers[0] == await shares.caller(_from("2001:db8:0:0:ffff::9", "Bearer forged"))
    for stranger in (strangers[0], strangers[0], strangers[1], strangers[1]):
        await shares.acquire(stranger)
    for stranger in strangers:
        with pytest.raises(OverloadedError):
            await shares.acquire(stranger)
    boris = await shares.caller(_from("2001:db8:0:0:ffff::9", "Bearer boris"))
    await shares.acquire(boris)  # whatever strangers hold, also from the same address
    shares.release(strangers[0])
    await shares.acquire(strangers[2])


async def _named(authorization: str) -> str | None:
    return None if "forged" in authorization else authorization.removeprefix("Bearer ")


def _from(address: str, authorization: str | None = None) -> Scope:
    headers = [(b"authorization", authorization.encode())] if authorization else []
    return {"type": "http", "client": (address, 1), "headers": headers}


def test_a_service_has_its_own_limits_where_it_says_so() -> None:
    platform = Platform(http_concurrency=7, http_seconds=3.0)
    common = Limits.of(ServiceSettings(port=1, database="d", platform=platform))
    own = ServiceSettings(port=1, database="d", platform=platform, http_concurrency=2)
    assert (common.concurrency, common.seconds) == (7, 3.0)
    assert (Limits.of(own).concurrency, Limits.of(own).seconds) == (2, 3.0)


@pytest.mark.parametrize("status", [429, 503])
def test_come_back_later_always_says_when(status: int) -> None:
    """O5: whoever raises it, these two never go without `Retry-After`."""

    class _LaterError(RefusalError):
        pass

    _LaterError.status = status
    assert int(problem_response(_LaterError("…")).headers["Retry-After"]) > 0
    assert "Retry-After" not in problem_response(OtherHttpError(404)).headers


def test_the_server_has_room_for_its_connections() -> None:
    """O5: the limit on connections is reached before the limit on files."""
    assert allow_files(16) >= 16
    options = server_options(Platform(http_connections=16, trusted_proxies="10.0.0.1"))
    assert (options["limit_concurrency"], options["forwarded_allow_ips"]) == (16, "10.0.0.1")
    assert set(options) <= set(inspect.signature(uvicorn.run).parameters)


async def _answers(scope: Scope, receive: Receive, send: Send) -> None:
    await Response("here")(scope, receive, send)


async def test_a_connection_too_many_is_told_when_to_come_back() -> None:
    """O5: also the last line, where the server refuses without asking the app, has Retry-After."""
    options = server_options(Platform(http_connections=3))
    config = uvicorn.Config(_answers, port=0, lifespan="off", **options)
    server, taken = uvicorn.Server(config), listening(config)
    port = taken[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    serving = asyncio.create_task(server.serve(taken))
    await eventually(lambda: server.started)
    try:
        idle = [await asyncio.open_connection("127.0.0.1", port)]
        async with httpx2.AsyncClient() as client:
            assert (await client.get(url)).text == "here"
            idle.append(await asyncio.open_connection("127.0.0.1", port))
            await eventually(lambda: len(server.server_state.connections) == 3)
            refused = await client.get(url)
            assert (refused.status_code, refused.json()["code"]) == (503, "overloaded")
            assert 1 <= int(refused.headers["Retry-After"]) <= 5
            assert refused.headers["Connection"] == "close"
            idle.pop()[1].close()
            await eventually(lambda: len(server.server_state.connections) == 1)
            assert (await client.get(url)).text == "here"
        idle.pop()[1].close()
    finally:
        server.should_exit = True
        await serving


def test_a_crowd_of_connections_is_accepted_in_few_turns_of_the_loop() -> None:
    """O5: the server's loop takes one for each descriptor and turn; the rest would wait unseen."""
    taken: list[asyncio.BaseTransport] = []

    class Taker(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            taken.append(transport)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        turns = runner.run(_turns_to_accept(Taker, taken, 64))
    assert turns <= 16


async def _turns_to_accept(
    protocol: type[asyncio.Protocol], taken: list[asyncio.BaseTransport], crowd: int
) -> int:
    loop = asyncio.get_running_loop()
    sockets = listening(uvicorn.Config("none:app", port=0, log_config=None))
    servers = [await loop.create_server(protocol, sock=s, backlog=crowd) for s in sockets]
    with ExitStack() as clients:
        for _ in range(crowd):
            clients.enter_context(socket.create_connection(sockets[0].getsockname()))
        turns = 0
        while len(taken) < crowd and turns < crowd:
            await asyncio.sleep(0)  # a turn of the loop, not a time
            turns += 1
    for server in servers:
        server.close()
    for transport in taken:
        transport.close()
    return turns
