"""Asks a window to close, as the desktop's own button does: quit.py WINDOW."""

import ctypes
import sys

LONG = ctypes.c_long


class Message(ctypes.Structure):
    """XClientMessageEvent, with room for the largest event behind it."""

    _fields_ = [
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong), ("format", ctypes.c_int), ("data", LONG * 5),
        ("room", LONG * 24),
    ]


x11 = ctypes.CDLL("libX11.so.6")
x11.XOpenDisplay.restype = ctypes.c_void_p
x11.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
x11.XInternAtom.restype = ctypes.c_ulong
x11.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, LONG, ctypes.POINTER(Message)]
x11.XCloseDisplay.argtypes = [ctypes.c_void_p]

display = x11.XOpenDisplay(None)
if not display:
    sys.exit("there is no display")
window = int(sys.argv[1])
delete = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
message = Message(type=33, window=window, message_type=x11.XInternAtom(display, b"WM_PROTOCOLS", 0), format=32)
message.data[0] = delete
x11.XSendEvent(display, window, 0, 0, ctypes.byref(message))
x11.XCloseDisplay(display)
