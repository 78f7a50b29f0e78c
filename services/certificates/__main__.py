"""`python -m services.certificates`: run the service."""

from services.certificates.app import build
from services.certificates.settings import Settings
from services.chassis.runtime.service import serve

if __name__ == "__main__":
    serve(build(Settings()))
