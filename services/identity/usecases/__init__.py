"""What identity can be asked to do: load → decide → save and say, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from services.identity.usecases.blocking import Blockings
from services.identity.usecases.codes import Codes
from services.identity.usecases.contacts import ContactChange
from services.identity.usecases.demo import seed
from services.identity.usecases.limits import CodeLimits
from services.identity.usecases.passwords import PasswordTries
from services.identity.usecases.profiles import Profiles
from services.identity.usecases.recovery import Recovery
from services.identity.usecases.registration import Registration
from services.identity.usecases.sessions import Sessions
from services.identity.usecases.signing import Signing
from services.identity.usecases.staff import Staff
from services.identity.usecases.world import Pair, Rules, World

__all__ = [
    "Blockings",
    "ContactChange",
    "Pair",
    "Profiles",
    "Recovery",
    "Registration",
    "Rules",
    "Sessions",
    "Signing",
    "Staff",
    "UseCases",
    "World",
    "seed",
]


@dataclass(frozen=True)
class UseCases:
    """All of them."""

    world: World
    signing: Signing
    registration: Registration
    sessions: Sessions
    recovery: Recovery
    contacts: ContactChange
    profiles: Profiles
    staff: Staff
    blockings: Blockings

    @classmethod
    def of(cls, world: World) -> Self:
        """All of them in one world."""
        signing, codes = Signing(world), Codes(world, CodeLimits(world))
        passwords = PasswordTries(world)
        return cls(
            world=world,
            signing=signing,
            registration=Registration(world, codes, signing),
            sessions=Sessions(world, codes, passwords, signing),
            recovery=Recovery(world, codes, passwords, signing),
            contacts=ContactChange(world, codes, passwords),
            profiles=Profiles(world),
            staff=Staff(world),
            blockings=Blockings(world),
        )
