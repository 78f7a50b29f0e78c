"""Pages that anybody may open, without a login: where the QR code of a document leads.

Plain HTML that nobody may frame, index or follow; a script or a style runs by its hash alone.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.chassis.foundation.errors import RefusalError

_SHARED = Path(__file__).parent
"""What every page may include: `public_pages.css`, how they look."""
INLINE_STYLE = "style-src 'unsafe-inline'"


def by_hash(text: str) -> str:
    """The source of a content policy that allows exactly this script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class PublicPage:
    """One template and the headers that it is sent with; `allowed` is what its browser may do."""

    def __init__(
        self,
        template: Path,
        *,
        allowed: str,
        filters: Mapping[str, Callable[..., str]] | None = None,
        **fixed: str,
    ) -> None:
        """`fixed` is what every rendering is given."""
        environment = Environment(
            loader=FileSystemLoader([template.parent, _SHARED]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(filters or {})
        self._template = environment.get_template(template.name, globals=fixed)
        self.headers: Mapping[str, str] = {
            "Content-Language": "ru",
            "Content-Security-Policy": (
                f"default-src 'none'; {allowed}; form-action 'self'; "
                "frame-ancestors 'none'; base-uri 'none'"
            ),
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
        }

    def answer(
        self, *, status: int = 200, refused: RefusalError | None = None, **shown: Any
    ) -> HTMLResponse:
        """The page; with a refusal it says so, under the refusal's own status."""
        html = self._template.render(refused=refused, **shown)
        headers = dict(self.headers)
        if refused is not None:
            status = refused.status
            if refused.retry_after is not None:
                headers["Retry-After"] = str(refused.retry_after)
        return HTMLResponse(html, status_code=status, headers=headers)
