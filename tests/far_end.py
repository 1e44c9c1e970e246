"""Somebody on the far side of a webhook."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FarEnd:
    """A loopback HTTP server that writes down what it gets and answers as it is told."""

    def __init__(self):
        self.heard = []
        self.status = 204
        self.headers = {}
        far_end = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                far_end.heard.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(far_end.status)
                for name, value in far_end.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.port = self._server.server_address[1]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hooks/longtoken?key=alsolong"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
