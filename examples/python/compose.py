#!/usr/bin/env python3
"""Composes a piece with libcontinuo.so, prints its notes as they settle, and writes it as MIDI. Nothing but Python's ctypes is needed.

    python3 compose.py PREFIX/lib/libcontinuo.so MODEL.safetensors piece.mid [SETTINGS as JSON]
"""
import ctypes
import sys
from ctypes import POINTER, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint16, c_void_p


class Note(ctypes.Structure):
    _fields_ = [("begin", c_double), ("end", c_double), ("onset", c_int64), ("length", c_int64), ("ppq", c_int32),
                ("pitch", c_int32), ("velocity", c_int32), ("program", c_int32), ("drums", c_int32)]


def load(path):
    library = ctypes.CDLL(path)
    for name, result, arguments in (
            ("last_error", c_char_p, []),
            ("model_load", c_void_p, [c_char_p]),
            ("model_free", None, [c_void_p]),
            ("session_new", c_void_p, [c_void_p, c_char_p, c_void_p, c_size_t]),
            ("session_free", None, [c_void_p]),
            ("session_run", c_int, [c_void_p, c_size_t]),
            ("finished", c_int, [c_int]),
            ("session_commit", None, [c_void_p]),
            ("session_share", c_double, [c_void_p]),
            ("session_symbols", c_size_t, [c_void_p, POINTER(POINTER(c_uint16))]),
            ("session_notes", c_size_t, [c_void_p, POINTER(Note), c_size_t]),
            ("session_write_midi", c_int, [c_void_p, c_char_p])):
        function = getattr(library, "continuo_" + name)
        function.restype, function.argtypes = result, arguments
    return library


def main():
    library = load(sys.argv[1])

    def checked(result):
        return result or sys.exit(library.continuo_last_error().decode())

    model = checked(library.continuo_model_load(sys.argv[2].encode()))
    settings = sys.argv[4] if len(sys.argv) > 4 else '{"seconds": 20, "seed": 3}'
    session = checked(library.continuo_session_new(model, settings.encode(), None, 0))
    library.continuo_model_free(model)  # the session keeps what it needs
    notes = (Note * 64)()
    result = 0
    while not library.continuo_finished(result):
        result = library.continuo_session_run(session, 100)
        while count := library.continuo_session_notes(session, notes, len(notes)):
            for note in notes[:count]:
                print(f"{note.begin:8.3f} s  {note.end - note.begin:6.3f} s  key {note.pitch:3}  velocity {note.velocity:3}  program {note.program}")
    if result < 0:
        sys.exit(library.continuo_last_error().decode())
    checked(library.continuo_session_write_midi(session, sys.argv[3].encode()))
    library.continuo_session_free(session)


if __name__ == "__main__":
    main()
