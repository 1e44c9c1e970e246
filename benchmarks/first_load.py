"""From the tap on the icon to a button that can be pressed: `python benchmarks/first_load.py [--loads N]`.

The member's face of a whole demo centre (`hearth run --demo`) in the system's Chromium, its processor slowed four times
and its line to 1.6 Mbit/s, as on a cheap phone: never there before (nothing cached), and coming back. Clickable is when
the first button stands there and is not disabled, on the page's own clock.

Beside it the floor, in the same run, browser and line: a bare page whose one script has as many bytes as the face's
whole first load, asks one question, and shows a button.
"""

import argparse
import base64
import http.server
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PASSWORD = "only-for-this-run-1"
MEMBER = "10007"
SLOWER = 4
BYTES_A_S = 1_600_000 / 8
ROUND_TRIPS_MS = (10, 150)  # the hall's Wi-Fi; the mobile network, by Lighthouse's figure
AIM_MS = 1000
LANGUAGE = "zh-CN"  # as members have it set; one set to English loads its words besides

# When a button that may be pressed is there to be painted.
WATCH = """
window.clickable = new Promise((done) => {
  const look = () =>
    document.querySelector('main button:not(:disabled)') ? done(performance.now()) : requestAnimationFrame(look)
  look()
})
"""
# What it keeps for the next time, it has kept.
SETTLED = """navigator.serviceWorker.getRegistrations()
  .then(({length}) => (length ? navigator.serviceWorker.ready : null)).then(() => true)"""
WEIGHT = """performance.getEntriesByType('resource').filter(({initiatorType}) => initiatorType !== 'fetch')
  .reduce((sum, {encodedBodySize}) => sum + encodedBodySize, 0)"""


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", type=int, default=9, help="loads of each kind (default 9)")
    loads = parser.parse_args().loads
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        print("there is no Chromium here: install the package chromium")
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder,
        demo_centre(Path(folder) / "centre") as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        weight = first_load_bytes(browser, url)
        print(f"first load: {weight / 1024:.1f} KiB compressed; processor slowed {SLOWER} times, 1.6 Mbit/s")
        with bare_page(weight) as bare:
            for round_trip_ms in ROUND_TRIPS_MS:
                report(browser, url, bare, round_trip_ms, loads)
    return 0


def report(browser: Browser, url: str, bare: str, round_trip_ms: int, loads: int) -> None:
    """One line for each way of coming. The two take turns, so that a noisy minute is noisy for both."""
    new, floor, again = [], [], []
    for _ in range(loads):
        with phone(browser) as context:
            sign_in(context, url)
            new.append(clickable_ms(context, f"{url}/app/", round_trip_ms))
            again.append(clickable_ms(context, f"{url}/app/", round_trip_ms))
        with phone(browser) as context:
            floor.append(clickable_ms(context, bare, round_trip_ms))
    base = statistics.median(floor)
    for name, took in (("new", new), ("again", again)):
        found = statistics.median(took)
        print(
            f"round trip {round_trip_ms:3} ms, {name:5}: p50 {found:5.0f} ms (aim {AIM_MS}), "
            f"most {max(took):5.0f} ms; floor p50 {base:4.0f} ms, ratio {found / base:.2f}"
        )


@contextmanager
def phone(browser: Browser) -> Iterator[BrowserContext]:
    """One that has never been here."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale=LANGUAGE
    )
    yield context
    context.close()


def sign_in(context: BrowserContext, url: str) -> None:
    """Its cookie, without the page."""
    answer = context.request.post(f"{url}/api/v1/session", data={"member_no": MEMBER, "password": PASSWORD})
    if not answer.ok:
        raise SystemExit(f"nobody could sign in: {answer.text()}")


def clickable_ms(context: BrowserContext, address: str, round_trip_ms: int) -> float:
    """How long until something can be pressed."""
    page = context.new_page()
    slow_down(page, round_trip_ms)
    page.add_init_script(WATCH)
    page.goto(address)
    took: float = page.evaluate("window.clickable")
    page.evaluate(SETTLED)
    page.close()
    return took


def slow_down(page: Page, round_trip_ms: int) -> None:
    """As a cheap phone on a thin line."""
    tools: Any = page.context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    tools.send("Network.enable")
    line = {"offline": False, "latency": round_trip_ms, "downloadThroughput": BYTES_A_S, "uploadThroughput": BYTES_A_S}
    tools.send("Network.emulateNetworkConditions", line)


def first_load_bytes(browser: Browser, url: str) -> int:
    """Of everything but what it asks the API."""
    with phone(browser) as context:
        sign_in(context, url)
        page = context.new_page()
        page.goto(f"{url}/app/")
        page.locator("main button").first.wait_for()
        weight: int = page.evaluate(WEIGHT)
        return weight


@contextmanager
def demo_centre(directory: Path) -> Iterator[str]:
    """All of it, as `make run` starts it; ended by its process id."""
    ports = free_ports(2)
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
    environ |= {
        "HEARTH_DEMO_PASSWORD": PASSWORD,
        "HEARTH_HTTP_PORT": str(ports[0]),
        "HEARTH_BROKER_PORT": str(ports[1]),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "-m", "gateway", "run", "--demo", "--centre", str(directory)]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as centre:
        try:
            assert centre.stdout is not None
            if not any("Hearth is up" in line for line in centre.stdout):
                raise SystemExit("the demo centre did not start; `make run` says why")
            threading.Thread(target=centre.stdout.read, daemon=True).start()  # it must not wait for a reader
            yield f"http://127.0.0.1:{ports[0]}"
        finally:
            centre.terminate()
            centre.wait(20)


@contextmanager
def bare_page(weight: int) -> Iterator[str]:
    """A page of one script of so many bytes, which nothing compresses, one question, and a button."""
    show = "fetch('/ask').then(() => (document.body.innerHTML = '<main><button>go</button></main>'))"
    filling = base64.b64encode(os.urandom(weight))[: weight - len(show) - 3].decode()
    files = {
        "/": (
            "text/html",
            b'<!doctype html><title>bare</title><script type="module" src="/bare.js"></script><body></body>',
        ),
        "/bare.js": ("text/javascript", f"{show}//{filling}\n".encode()),
        "/ask": ("application/json", b"{}"),
    }

    class Bare(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            kind, body = files.get(self.path, ("text/plain", b""))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quietly."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bare) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def free_ports(count: int) -> list[int]:
    """Different ones."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


if __name__ == "__main__":
    sys.exit(main())
