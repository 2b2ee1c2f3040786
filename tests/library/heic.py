"""HEIC pictures for tests, written without an encoder: each block of 32 × 32 pixels is stored as it is (H.265's I_PCM).

The names are those of the standards: ITU-T H.265 for the stream, ISO/IEC 23008-12 for the boxes around it.
"""

from collections.abc import Iterable

from PIL import Image

BLOCK = 32
GRAY = bytes([128]) * (BLOCK * BLOCK // 4)
VPS, SPS, PPS, SLICE = 32, 33, 34, 19
LEVEL = 120


class Bits:
    """A stream of bits."""

    def __init__(self) -> None:
        self.bits: list[str] = []

    def u(self, *numbers: tuple[int, int]) -> "Bits":
        """Append numbers, each with its count of bits."""
        self.bits += [format(number, f"0{count}b") for number, count in numbers]
        return self

    def ue(self, *numbers: int) -> "Bits":
        """Append numbers as Exp-Golomb codes."""
        for number in numbers:
            code = format(number + 1, "b")
            self.bits.append("0" * (len(code) - 1) + code)
        return self

    def aligned(self, *, with_one: bool = True) -> bytes:
        """Return the bytes, with the stop bit and zeros behind it."""
        text = "".join(self.bits) + ("1" if with_one else "")
        text += "0" * (-len(text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big")


def terminated(engine_range: int) -> bytes:
    """Return what the arithmetic coder writes for a last bin of 1: the end of a block's syntax, or of a slice."""
    low, width, bits = engine_range - 2, 2, Bits()
    outstanding, is_first = 0, True

    def put(bit: int) -> None:
        nonlocal outstanding, is_first
        if not is_first:
            bits.u((bit, 1))
        is_first = False
        bits.u(*[(1 - bit, 1)] * outstanding)
        outstanding = 0

    while width < 256:
        if low < 256:
            put(0)
        elif low >= 512:
            low -= 512
            put(1)
        else:
            low -= 256
            outstanding += 1
        width, low = width << 1, low << 1
    put(low >> 9 & 1)
    return bits.u((low >> 7 & 3 | 1, 2)).aligned(with_one=False)


# A block has one bin for its partition (range 510, of which the less probable symbol has 240) before the last.
START_OF_BLOCK, END_OF_SLICE = terminated(510 - 240), terminated(510)


def unit(kind: int, content: bytes) -> bytes:
    """Return a NAL unit, in which no three bytes look like a start code."""
    escaped, zeros = bytearray(), 0
    for byte in content:
        if zeros >= 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes([kind << 1, 1]) + bytes(escaped)


def profile(bits: Bits) -> Bits:
    """Append profile_tier_level of the Main profile."""
    return bits.u((1, 8), (0x60000000, 32), (0b1011, 4), (0, 44), (LEVEL, 8))


def parameters(width: int, height: int) -> list[bytes]:
    """Return the three parameter sets."""
    video = profile(Bits().u((0, 4), (3, 2), (0, 6), (0, 3), (1, 1), (0xFFFF, 16))).u((1, 1)).ue(0, 0, 0)
    video.u((0, 6)).ue(0).u((0, 2))
    sequence = profile(Bits().u((0, 4), (0, 3), (1, 1))).ue(0, 1, width, height).u((0, 1)).ue(0, 0, 0).u((1, 1))
    sequence.ue(0, 0, 0, 2, 0, 0, 3, 0, 0).u((0, 3), (1, 1), (7, 4), (7, 4)).ue(2, 0).u((1, 1)).ue(0).u((0, 5))
    picture = Bits().ue(0, 0).u((0, 7)).ue(0, 0, 0).u((0, 3)).ue(0, 0).u((0, 7), (1, 1), (0, 1), (1, 1), (0, 2))
    picture.ue(0).u((0, 2))
    units = ((VPS, video), (SPS, sequence), (PPS, picture))
    return [unit(kind, bits.aligned()) for kind, bits in units]


def slices(picture: Image.Image) -> Iterable[bytes]:
    """Yield a slice for each block."""
    across, down = picture.width // BLOCK, picture.height // BLOCK
    address_bits = (across * down - 1).bit_length()
    for address in range(across * down):
        left, top = address % across * BLOCK, address // across * BLOCK
        head = Bits().u((address == 0, 1), (0, 1)).ue(0)
        if address:
            head.u((address, address_bits))
        samples = picture.crop((left, top, left + BLOCK, top + BLOCK)).tobytes() + 2 * GRAY
        yield unit(SLICE, head.ue(2, 0).aligned() + START_OF_BLOCK + samples + END_OF_SLICE)


def box(kind: str, content: bytes, version: int | None = None) -> bytes:
    """Return a box, with a version if it is a full one."""
    full = b"" if version is None else bytes([version, 0, 0, 0])
    return (8 + len(full) + len(content)).to_bytes(4, "big") + kind.encode() + full + content


def heic(picture: Image.Image) -> bytes:
    """Return a gray picture as a HEIC file; its sides are multiples of 32."""
    sets = parameters(*picture.size)
    arrays = b"".join(
        bytes([0x80 | kind, 0, 1]) + len(each).to_bytes(2, "big") + each
        for kind, each in zip((VPS, SPS, PPS), sets, strict=True)
    )
    head = bytes([1, 1, 0x60, 0, 0, 0, 0xB0, 0, 0, 0, 0, 0, LEVEL, 0xF0, 0, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0, 0x0F, 3])
    size = b"".join(side.to_bytes(4, "big") for side in picture.size)
    properties = box("hvcC", head + arrays) + box("ispe", size, 0)
    association = (1).to_bytes(4, "big") + bytes([0, 1, 2, 0x81, 2])
    content = b"".join(len(each).to_bytes(4, "big") + each for each in slices(picture))
    start = box("ftyp", b"heic" + bytes(4) + b"mif1heic")

    def meta(offset: int) -> bytes:
        place = bytes([0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1]) + offset.to_bytes(4, "big") + len(content).to_bytes(4, "big")
        item = box("infe", bytes([0, 1, 0, 0]) + b"hvc1\0", 2)
        parts = box("hdlr", bytes(4) + b"pict" + bytes(13), 0) + box("pitm", bytes([0, 1]), 0)
        parts += box("iloc", place, 0) + box("iinf", bytes([0, 1]) + item, 0)
        parts += box("iprp", box("ipco", properties) + box("ipma", association, 0))
        return box("meta", parts, 0)

    return start + meta(len(start) + len(meta(0)) + 8) + box("mdat", content)
