"""The bytes of docs/model-file.md, read and written from the page alone: header, types of values, rounding."""
import json
import math
import struct

SIZES = {"F32": 4, "BF16": 2, "I8": 1}


def as_float(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def bits_of(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def bf16_of(value):
    """The nearest bfloat16 as its 16 bits, ties to even, never infinite."""
    bits = bits_of(value)
    down = bits & 0x7FFF0000
    rest = bits & 0xFFFF
    if rest > 0x8000 or (rest == 0x8000 and down & 0x10000):
        down += 0x10000
    return (bits >> 31 << 15) | min(down >> 16, 0x7F7F)


def scale_of(row):
    """The greatest magnitude / 127 in single precision, rounded up to 17 significant bits."""
    greatest = max((abs(value) for value in row), default=0.0)
    if greatest < 2.0 ** -100:
        return 0.0
    fraction, exponent = math.frexp(as_float(greatest / 127))
    return math.ldexp(math.ceil(math.ldexp(fraction, 17)), exponent - 17)


def whole_of(value, scale):
    return round(as_float(value / scale)) if scale else 0  # Python's round() takes ties to even


def dtype_in(precision, name, shape):
    if len(shape) < 2 or precision == "fp32":
        return "F32"
    if precision == "bf16" or name == "embedding.weight" or name.endswith("condition.weight"):
        return "BF16"
    return "I8"


def stored(precision, shapes, tensors):
    """Name to (type, shape, bytes), the scales among them."""
    result = {}
    for name, values in tensors.items():
        dtype = dtype_in(precision, name, shapes[name])
        if dtype == "F32":
            data = struct.pack(f"<{len(values)}f", *values)
        elif dtype == "BF16":
            data = struct.pack(f"<{len(values)}H", *(bf16_of(value) for value in values))
        else:
            length = len(values) // shapes[name][0]
            rows = [values[i:i + length] for i in range(0, len(values), length)]
            scales = [scale_of(row) for row in rows]
            data = struct.pack(f"<{len(values)}b", *(whole_of(v, s) for row, s in zip(rows, scales) for v in row))
            result[name + ".scale"] = ("F32", [len(scales)], struct.pack(f"<{len(scales)}f", *scales))
        result[name] = (dtype, shapes[name], data)
    return result


def write(path, metadata, shapes, tensors, precision="fp32", canonical=True):
    """Bytes as Continuo itself writes them, or with a header in another style that it must read as well."""
    entries = stored(precision, shapes, tensors)
    order = sorted(entries, key=lambda name: (-SIZES[entries[name][0]], name))
    header, offset = {"__metadata__": metadata}, 0
    for name in order:
        dtype, shape, data = entries[name]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    style = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False} if canonical else {}
    text = json.dumps(header, **style).encode()
    text += b" " * (-(len(text) + 8) % 64)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(entries[name][2] for name in order))


def read(path):
    """Metadata, shapes and values, all in single precision; the scales are spent."""
    with open(path, "rb") as file:
        length, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__")
    shapes, raw = {}, {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        code = {"F32": "f", "BF16": "H", "I8": "b"}[entry["dtype"]]
        raw[name] = struct.unpack(f"<{(end - begin) // SIZES[entry['dtype']]}{code}", data[begin:end])
        shapes[name] = entry["shape"]
    tensors = {}
    for name, values in raw.items():
        dtype = header[name]["dtype"]
        if dtype == "BF16":
            tensors[name] = [struct.unpack("<f", struct.pack("<I", bits << 16))[0] for bits in values]
        elif dtype == "I8":
            scales, length = raw[name + ".scale"], len(values) // shapes[name][0]
            tensors[name] = [as_float(value * scales[i // length]) for i, value in enumerate(values)]
        elif not (name.endswith(".scale") and name[:-len(".scale")] in header):
            tensors[name] = list(values)
    return metadata, {name: shapes[name] for name in tensors}, tensors
