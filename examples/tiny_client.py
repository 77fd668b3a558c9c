"""A whole client for one room: prints each message in it as a line of JSON, and says each line of standard input.

The environment says where, and as whom: AMONG_URL, AMONG_ROOM (an id), AMONG_TOKEN or AMONG_HANDLE and AMONG_PASSWORD.
docs/howto/write-a-client.md explains all of it. It needs Python and websockets, and nothing else.
"""

import contextlib
import json
import random
import secrets
import sys
import threading
import time
from os import environ

from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import connect

URL, ROOM, TOKEN = environ["AMONG_URL"], environ["AMONG_ROOM"], environ.get("AMONG_TOKEN")
PASSWORD = {"handle": environ.get("AMONG_HANDLE"), "password": environ.get("AMONG_PASSWORD")}


class Client:
    def __init__(self):
        self.way_in, self.epoch = {"token": TOKEN} if TOKEN else PASSWORD, ""
        self.at = None  # number of the last entry of the room that was handed on
        self.unsaid = []  # (nonce, text) of each line that is not decided; None: no more will come
        self.away = 0  # seconds to stay away, as told by a server that restarts

    def serve(self, ws):
        self.ws, self.head, self.wanted = ws, 0, 0  # head: as sync told; wanted: entries up to here are fetched
        self.hear()  # hello
        self.way_in = {"token": self.ask("session.sign_in", **self.way_in).get("token") or self.way_in["token"]}
        sync = self.ask("session.sync", epoch=self.epoch, positions={} if self.at is None else {ROOM: self.at})
        log = next((log for log in sync["logs"] if log["log"] == ROOM and log.get("status") != "gone"), None)
        if log is None:
            sys.exit("There is no such room, or it is not followed.")
        self.epoch, self.head = sync["epoch"], log.get("head", 0)
        if self.at is None or log.get("status") == "reset":
            self.at = self.head
        while self.at < self.wanted or self.unsaid[:1] != [None]:
            if self.at < self.wanted:
                self.fill()
            elif self.unsaid:
                self.ask("message.send", nonce=self.unsaid[0][0], room=ROOM, body=self.unsaid[0][1])
                self.unsaid.pop(0)
            else:
                with contextlib.suppress(TimeoutError):
                    self.hear(0.1)

    def hear(self, within=30):
        frame = json.loads(self.ws.recv(within))
        match frame.get("type"):
            case "ok" | "refused":
                return frame
            case "session.synced":
                self.wanted = max(self.wanted, self.head)
            case "session.lagging":
                self.wanted = max(self.wanted, frame["logs"].get(ROOM, 0))
            case "session.restarting":
                self.away = min(60, frame["come_back_ms"] / 1000)
            case _ if frame.get("log") == ROOM and "seq" in frame:
                self.entry(frame)
        return None

    def entry(self, entry):
        seq = entry["seq"]
        if entry.get("from", seq) > self.at + 1:
            self.wanted = max(self.wanted, seq)  # a hole: this one comes again, behind what is missing
        elif seq > self.at:  # else it came twice
            self.at = seq
            if entry["type"] == "message.sent":
                print(json.dumps(entry), flush=True)

    def fill(self):
        until = self.wanted  # which may grow while we wait
        page = self.ask("log.entries", log=ROOM, after=self.at, until=until)
        self.at = max(self.at, page.get("floor", 0))
        for entry in page["entries"]:
            self.entry(entry)
        if page["complete"]:
            self.at = max(self.at, until)  # there is nothing more to be had

    def ask(self, type, **fields):
        while True:
            id, reply = secrets.token_hex(8), None
            self.ws.send(json.dumps({"type": type, "id": id, **fields}))
            while reply is None or reply["id"] != id:
                reply = self.hear()
            if reply["type"] == "ok":
                return reply["result"]
            if reply["class"] in ("wait", "bug"):
                time.sleep(reply.get("retry_after_ms", 5000) / 1000)
            elif type == "message.send":
                return print(f"Not said: {reply['code']}: {reply['message']}", file=sys.stderr)
            else:
                sys.exit(f"{type} was refused: {reply['code']}: {reply['message']}")


def listen(unsaid):
    for line in open(0, "rb", buffering=0, closefd=False):
        unsaid.append((secrets.token_hex(12), line.decode().rstrip("\n")))
    unsaid.append(None)


def main():
    client, tries = Client(), 0
    threading.Thread(target=listen, args=[client.unsaid], daemon=True).start()
    while True:
        began, code = time.monotonic(), 1006
        try:
            with connect(URL, subprotocols=["among.v1.json"], max_size=2**24) as ws:
                return client.serve(ws)
        except (OSError, WebSocketException) as error:
            if isinstance(error, ConnectionClosed) and error.rcvd:
                code = error.rcvd.code
        if 4500 <= code <= 4999:
            sys.exit(f"The server says not to come back: {code}")
        tries = 0 if time.monotonic() > began + 10 else tries + 1
        time.sleep(max(client.away, random.uniform(0.5, 1) * min(30, 0.25 * 2**tries)))
        client.away = 0


main()
