"""`python -m services.documents`: settings from the environment, then serve."""

from services.chassis.runtime.service import serve
from services.documents.app import build
from services.documents.settings import Settings

if __name__ == "__main__":
    serve(build(Settings()))
