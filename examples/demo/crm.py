# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""A CRM process, its owner in the console, and its REST API: for the demos and for tests."""
import html
import http.client
import http.cookies
import json
import os
import re
import secrets
import subprocess
import time
import urllib.parse

KEY_PAGE = "/admin/integrations/instance-api-key"


def write_private(path, text):
    """Writes or replaces a file atomically; only its owner may read it."""
    half = f"{path}.new"
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(half, path)


class Client:
    """A client of a CRM, or of a proxy in front of it, on a port of 127.0.0.1, under a host name."""

    def __init__(self, port, name="127.0.0.1", own_address=""):
        self.port, self.name, self.own_address = port, name, own_address

    @property
    def address(self):
        return f"http://{self.name}:{self.port}"

    @property
    def api(self):
        return f"{self.address}/crm/api/v2/"

    def request(self, method, path, headers=None, body=None):
        """(status, headers, body) of one request on a new connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30,
                                                source_address=(self.own_address, 0) if self.own_address else None)
        try:
            connection.request(method, path, body=body, headers={"Host": f"{self.name}:{self.port}"} | (headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.msg, answer.read().decode("utf-8")
        finally:
            connection.close()

    def rest(self, key, method, path, body=None):
        """(status, JSON) of one call of the API."""
        headers = {"Authorization": key}
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body)
        status, _, text = self.request(method, "/crm/api/v2/" + path, headers, body)
        return status, json.loads(text) if text else None

    def contacts(self, key):
        """All contacts; two with one external id would be a fault of the CRM."""
        found = []
        page = pages = 1
        while page <= pages:
            status, answer = self.rest(key, "GET", f"contacts?page={page}&per_page=100")
            if status != 200:
                raise RuntimeError(f"the list of contacts was answered with {status}")
            found += answer["contacts"]
            pages = answer["total_pages"]
            page += 1
        return found

    def find(self, key, external_id):
        """The contact with an external id, or None."""
        query = urllib.parse.urlencode({"page": 1, "per_page": 1, "external_id": external_id})
        status, answer = self.rest(key, "GET", f"contacts?{query}")
        if status != 200:
            raise RuntimeError(f"the list of contacts was answered with {status}")
        return answer["contacts"][0] if answer["contacts"] else None


class Crm(Client):
    """The process: listens on loopback, on a free port if none is given, and keeps its data in a folder."""

    def __init__(self, program, folder, data=None, password=None, port=0, options=()):
        super().__init__(port)
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.password = password or "-".join(secrets.token_hex(3) for _ in range(3))
        write_private(os.path.join(folder, "password"), self.password + "\n")
        port_file = os.path.join(folder, "port")
        if os.path.exists(port_file):
            os.remove(port_file)
        self.log = os.path.join(folder, "crm.log")
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [program, "--data", data or os.path.join(folder, "data"), "--listen", f"127.0.0.1:{port}",
                 "--port-file", port_file, "--admin-password-file", os.path.join(folder, "password"), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)  # Ctrl-C goes to the caller only, which ends the CRM itself
        try:
            self._wait_for(port_file)
        except BaseException:  # at Ctrl-C nobody else knows this process yet
            self.stop()
            raise

    def _wait_for(self, port_file):
        end = time.monotonic() + 30
        while not os.path.exists(port_file):
            if self.process.poll() is not None or time.monotonic() > end:
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    raise RuntimeError(f"the CRM did not start: {log.read().strip()[-400:]}")
            time.sleep(0.02)
        with open(port_file, encoding="ascii") as file:
            self.port = int(file.read())

    def stop(self):
        """Asks the process to end, and returns its status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Owner:
    """The CRM's owner at the console, as a browser without scripts would do it: cookies, forms, and their tokens."""

    def __init__(self, crm):
        self.crm = crm
        self.cookies = {}

    def _ask(self, method, path, fields=None, headers=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})}
        body = None
        if fields is not None:
            headers |= {"Origin": self.crm.address, "Content-Type": "application/x-www-form-urlencoded"}
            body = urllib.parse.urlencode(fields)
        status, answered, text = self.crm.request(method, path, headers, body)
        for line in answered.get_all("Set-Cookie") or []:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return status, text

    def page(self, path):
        """A page, as text; raises if there is none."""
        status, text = self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path} was answered with {status}")
        return text

    def submit(self, page, path, fields=None, headers=None):
        """Submits the form of a page for a path, with its hidden fields; returns (status, body)."""
        form = re.search(rf'<form[^>]*action="{re.escape(path)}"[^>]*>(.*?)</form>', self.page(page), re.DOTALL)
        if form is None:
            raise RuntimeError(f"{page} has no form for {path}")
        hidden = {}
        for tag in re.findall(r"<input[^>]*>", form.group(1)):
            attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if attributes.get("type") == "hidden":
                hidden[attributes["name"]] = html.unescape(attributes["value"])
        return self._ask("POST", path, hidden | (fields or {}), headers)

    def log_in(self, password):
        """Logs in; returns whether the password was accepted."""
        status, _ = self.submit("/admin/login", "/admin/login", {"password": password})
        return status == 303

    def make_key(self):
        """Generates the first key."""
        status, _ = self.submit(KEY_PAGE + "?edit=1", KEY_PAGE + "/generate")
        return status == 303

    def remake_key(self):
        """Regenerates the key: the old one stops working at once."""
        status, _ = self.submit(KEY_PAGE + "?edit=1&confirm=1", KEY_PAGE + "/regenerate")
        return status == 303

    def copy_key(self):
        """The key, as the Copy button puts it on the clipboard."""
        status, text = self.submit(KEY_PAGE, KEY_PAGE + "/copy", headers={"Accept": "application/json"})
        if status != 200:
            raise RuntimeError(f"copying the key was answered with {status}")
        return json.loads(text)["key"]
