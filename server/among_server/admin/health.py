"""`among-server health`: asks the running server whether it is ready. For a container's health check: no curl needed."""

import http.client
import sys

import msgspec

from .running import address
from .settings import Settings

PATIENCE = 3.0  # seconds
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # asked, not bound


class Ready(msgspec.Struct):
    """What is read of /readyz."""

    ready: bool
    why: str = ""


def readiness(host: str, port: int, *, patience: float = PATIENCE) -> Ready:
    """What the server there says. Raises OSError when it does not answer, ValueError when it is no server of ours."""
    link = http.client.HTTPConnection(ANYWHERE.get(host, host), port, timeout=patience)
    try:
        link.request("GET", "/readyz")
        return msgspec.json.decode(link.getresponse().read(65_536), type=Ready)
    except (http.client.HTTPException, msgspec.MsgspecError) as error:
        raise ValueError(f"what listens on port {port} is no server of ours ({error})") from None
    finally:
        link.close()


def silence(error: OSError | ValueError, host: str, port: int) -> str:
    """Why there is no answer from there, in words."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    match error:
        case ConnectionRefusedError():
            return f"nothing listens at {where}"
        case TimeoutError():
            return f"no answer from {where} in {PATIENCE:g} s"
        case OSError():
            return f"{where} can't be asked: {error.strerror or error}"
        case _:
            return str(error)


def health(settings: Settings) -> int:
    """Exit code: 0 ready, 1 not, 2 it can't be asked."""
    where = None
    try:
        where = address(settings, PATIENCE)
        found = readiness(*where) if where is not None else None
    except (OSError, ValueError) as error:
        print(f"not ready: {_no_answer(error, where, settings.config.data)}")
        return 1
    if found is None:
        data = settings.config.data
        print(
            f"among-server: no server runs on {data}, and port 0 says of none: give --data or --port", file=sys.stderr
        )
        return 2
    print("ready" if found.ready else f"not ready: {found.why}")
    return 0 if found.ready else 1


def _no_answer(error: OSError | ValueError, where: tuple[str, int] | None, data: str) -> str:
    """Why, and what to do about it."""
    if where is None:
        return f"the server on {data} does not say where it listens ({error}). Its log says more."
    if isinstance(error, ConnectionRefusedError):
        mend = "Start it with among-server serve, or say with --data, or --host and --port, where it listens."
    elif isinstance(error, TimeoutError):
        mend = "It has too much to do, or hangs: its log says more."
    else:
        mend = "Say with --data, or --host and --port, where the server listens."
    return f"{silence(error, *where)}. {mend}"
