"""docs/reference/life.svg: the life of a connection, drawn from the states and the ways between them."""

from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 860, 620
FONT = "font-family='ui-sans-serif, system-ui, sans-serif'"


class State(NamedTuple):
    name: str
    x: int  # of its left edge
    y: int  # of its upper edge
    what: str
    width: int = 250
    colour: str = "#eef4ff"
    height: int = 58


class Way(NamedTuple):
    points: tuple[tuple[int, int], ...]
    label: tuple[str, ...]
    at: tuple[int, int]  # of the label
    anchor: str = "start"
    dashed: bool = False


STATES = (
    State("Connecting", 60, 40, "WebSocket to /v1"),
    State("Guest", 60, 160, "may sign up or in, ping, enable"),
    State("Signed in", 60, 280, "may ask everything; hears nothing"),
    State("Catching up", 60, 400, "hears what was missed"),
    State("Live", 60, 530, "hears what happens"),
    State("Lagging", 560, 530, "reads too slowly: entries are left out", 260, "#fff6e0"),
    State("Cut, or closed 4000–4499", 560, 160, "wait, longer each time", 260, "#fff6e0"),
    State("Closed 4500–4999", 560, 340, "the end: don't come back by yourself", 260, "#ffecec"),
)
WAYS = (
    Way(((185, 98), (185, 160)), ("hello",), (195, 134)),
    Way(((185, 218), (185, 280)), ("session.sign_in: ok", "(or sign_up, account.reset_password)"), (195, 245)),
    Way(((185, 338), (185, 400)), ("session.sync: ok, with the status", "of each log"), (195, 365)),
    Way(((185, 458), (185, 530)), ("session.synced",), (195, 499)),
    Way(((60, 559), (25, 559), (25, 429), (60, 429)), ("session.sync", "again"), (32, 480)),
    Way(((310, 548), (560, 548)), ("the server stops writing",), (435, 540), "middle"),
    Way(((560, 572), (310, 572)), ("session.lagging: fill in with log.entries",), (435, 592), "middle"),
    Way(((474, 189), (560, 189)), ("restart, silent, too slow, late, or no word",), (560, 236), dashed=True),
    Way(((474, 369), (560, 369)), ("signed out, disabled, crowded out, malformed, flood",), (505, 416), dashed=True),
    Way(((690, 160), (690, 69), (310, 69)), ("come back, with token and positions",), (500, 60), "middle"),
)
ANY_TIME = "M462 165 H474 V520 H462"  # a bracket around the states that may end so
HEAD = (
    "<defs><marker id='head' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='8' markerHeight='8' "
    "orient='auto-start-reverse'><path d='M0 0 10 5 0 10z' fill='#334155'/></marker></defs>"
)


def svg() -> str:
    """The drawing."""
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' width='{WIDTH}' height='{HEIGHT}' role='img'>",
        "<title>The life of a connection</title>",
        HEAD,
        f"<rect width='{WIDTH}' height='{HEIGHT}' rx='12' fill='#ffffff'/>",
        f"<path d='{ANY_TIME}' fill='none' stroke='#334155' stroke-width='1.4' stroke-dasharray='5 4'/>",
        f"<text x='484' y='284' {FONT} font-size='13' fill='#1e3a8a'>at any time</text>",
        *map(_way, WAYS),
        *map(_state, STATES),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _state(state: State) -> str:
    middle = state.x + state.width // 2
    return (
        f"<rect x='{state.x}' y='{state.y}' width='{state.width}' height='{state.height}' rx='9' fill='{state.colour}' "
        f"stroke='#334155' stroke-width='1.4'/>"
        f"<text x='{middle}' y='{state.y + 24}' text-anchor='middle' {FONT} font-size='16' font-weight='600' "
        f"fill='#0f172a'>{escape(state.name)}</text>"
        f"<text x='{middle}' y='{state.y + 44}' text-anchor='middle' {FONT} font-size='13' fill='#334155'>"
        f"{escape(state.what)}</text>"
    )


def _way(way: Way) -> str:
    line = " ".join(f"{x},{y}" for x, y in way.points)
    dash = " stroke-dasharray='5 4'" if way.dashed else ""
    drawn = f"<polyline points='{line}' fill='none' stroke='#334155' stroke-width='1.4'{dash} marker-end='url(#head)'/>"
    x, y = way.at
    for number, text in enumerate(way.label):
        drawn += (
            f"<text x='{x}' y='{y + 16 * number}' text-anchor='{way.anchor}' {FONT} font-size='13' fill='#1e3a8a'>"
            f"{escape(text)}</text>"
        )
    return drawn
