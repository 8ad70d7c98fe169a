#!/usr/bin/env python3
"""bmc_server.py --key KEY --cert CERT --tree FILE --mode MODE: a Redfish service on 127.0.0.1.

Prints its port and serves a tree of resources from a JSON file, {path: resource}, over TLS.
MODE: good, hang, slow, truncate, garbage, huge, redirect. Ends when its standard input closes.
"""
import argparse
import base64
import http.server
import json
import os
import ssl
import sys
import threading
import time

USER, PASSWORD = "reader", "secret"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mode, tree, log = "good", {}, None

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != wanted:
            return self.answer(401, b"{}")
        if self.mode == "hang":
            time.sleep(60)
        if self.mode == "redirect":
            return self.answer(301, b"{}", [("Location", "/redfish/v1/elsewhere")])
        if self.mode == "garbage":
            return self.answer(200, b"<html>log in</html>")
        if self.mode == "huge":
            return self.answer(200, b"{\"a\":\"" + b"x" * (8 << 20) + b"\"}")
        resource = self.tree.get(self.path)
        if resource is None:
            return self.answer(404, b"{}")
        body = json.dumps(resource).encode()
        if self.mode == "truncate":
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + 100))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
            self.close_connection = True
            return None
        return self.answer(200, body)

    def refused(self):
        # Nothing may be written to a controller: whoever tries ends the service.
        print("WRITE", self.command, self.path, file=sys.stderr)
        os._exit(3)

    do_POST = do_PUT = do_PATCH = do_DELETE = refused


def main():
    options = argparse.ArgumentParser()
    for name in ("key", "cert", "tree", "mode"):
        options.add_argument("--" + name, required=True)
    options = options.parse_args()
    Handler.mode = options.mode
    Handler.tree = json.load(open(options.tree, encoding="utf-8"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
