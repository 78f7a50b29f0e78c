"""What identity can be asked to do: load → decide → save and say, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from services.identity.blocking.usecases import Blockings
from services.identity.codes.actions.codes import Codes
from services.identity.codes.actions.limits import CodeLimits
from services.identity.contacts.usecases import ContactChange
from services.identity.demo.usecases import seed
from services.identity.deps import Pair, Rules, World
from services.identity.passwords.actions import PasswordTries
from services.identity.profiles.usecases import Profiles
from services.identity.recovery.usecases import Recovery
from services.identity.registration.usecases import Registration
from services.identity.sessions.usecases import Sessions
from services.identity.staff.usecases import Staff
from services.identity.tokens.usecases import Signing

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
