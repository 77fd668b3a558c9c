"""Emoji by name, for who has no way to type one: `:coffee:`. Pure.

Those that people use most have the names that they know from elsewhere; any other has the one that Unicode gives it, with
low lines for spaces: `:hot_beverage:`.
"""

import unicodedata

from among_protocol.emoji import emoji
from among_protocol.text import TextError

NAMES = {
    "apple": "🍎", "baby": "👶", "bath": "🛀", "beach": "🏖️", "bed": "🛏️", "beer": "🍺", "bike": "🚲", "bird": "🐦", "birthday": "🎂",
    "book": "📖", "books": "📚", "brain": "🧠", "bread": "🍞", "bug": "🐛", "bulb": "💡", "bus": "🚌", "cake": "🍰", "calendar": "📅",
    "camera": "📷", "car": "🚗", "cat": "🐱", "check": "✅", "clap": "👏", "coffee": "☕", "computer": "💻", "cookie": "🍪", "cry": "😢",
    "dog": "🐶", "dna": "🧬", "ear": "👂", "earth": "🌍", "eyes": "👀", "fire": "🔥", "fish": "🐟", "fishing": "🎣", "flower": "🌼",
    "game": "🎮", "gear": "⚙️", "ghost": "👻", "gift": "🎁", "globe": "🌐", "grin": "😁", "guitar": "🎸", "hammer": "🔨", "headphones": "🎧",
    "heart": "❤️", "hammock": "🏝️", "home": "🏠", "hospital": "🏥", "house": "🏠", "hug": "🤗", "joy": "😂", "key": "🔑", "kite": "🪁",
    "laptop": "💻", "leaf": "🍃", "lightning": "⚡", "lock": "🔒", "mail": "✉️", "map": "🗺️", "mask": "😷", "meeting": "📅", "memo": "📝",
    "microscope": "🔬", "moon": "🌙", "mountain": "⛰️", "movie": "🎬", "music": "🎵", "mushroom": "🍄", "no": "🚫", "ok": "👌", "package": "📦",
    "paint": "🎨", "palm": "🌴", "party": "🎉", "pencil": "✏️", "phone": "📞", "piano": "🎹", "pizza": "🍕", "plane": "✈️", "plant": "🪴",
    "pray": "🙏", "puzzle": "🧩", "question": "❓", "rain": "🌧️", "rainbow": "🌈", "rocket": "🚀", "rose": "🌹", "run": "🏃", "sad": "🙁",
    "school": "🏫", "seedling": "🌱", "shh": "🤫", "ship": "🚢", "sick": "🤒", "sleep": "😴", "smile": "🙂", "snow": "❄️", "snowman": "☃️",
    "soccer": "⚽", "speech": "💬", "star": "⭐", "sun": "☀️", "sunflower": "🌻", "sweat": "😅", "swim": "🏊", "tea": "🍵", "telescope": "🔭",
    "tent": "⛺", "thinking": "🤔", "thumbsdown": "👎", "thumbsup": "👍", "tired": "😫", "train": "🚆", "tree": "🌳", "trophy": "🏆",
    "truck": "🚚", "umbrella": "☂️", "vacation": "🏖️", "warning": "⚠️", "wave": "👋", "wine": "🍷", "wink": "😉", "work": "💼",
    "yoga": "🧘", "yarn": "🧶", "zap": "⚡", "zzz": "💤",
    "tada": "🎉", "+1": "👍", "-1": "👎", "100": "💯", "laughing": "😆", "x": "❌", "ok_hand": "👌", "raised_hands": "🙌", "smiley": "😃", "thumbs_up": "👍",
}  # fmt: skip


def named(typed: str) -> str | None:
    """The emoji that `:name:` names, or that was typed itself; None where it is none."""
    name = typed[1:-1].lower() if len(typed) > 2 and typed[0] == typed[-1] == ":" else ""
    found = NAMES.get(name, typed)
    if name and name not in NAMES:
        try:
            found = unicodedata.lookup(name.replace("_", " "))
        except KeyError:
            return None
    try:
        return emoji(found)
    except TextError:
        return None
