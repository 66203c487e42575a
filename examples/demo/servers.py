#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the shearline authors
# SPDX-License-Identifier: BSL-1.0
"""A PostgreSQL and an nginx of one's own, for the demo, the benchmarks and the pages: servers.py COMMAND [ARG …]

Runs a command with a new PostgreSQL, which SHEARLINE_POSTGRES and the variables of libpq name. Exits with the status of
the command, or with 77 if PostgreSQL is not installed.
"""
import glob
import os
import pathlib
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_WITHIN = 30


class NotInstalled(RuntimeError):
    pass


def server_user():
    """PostgreSQL refuses to run as root: the user for it, or nothing if this is not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise NotInstalled("root cannot run PostgreSQL, and there is no user postgres: install PostgreSQL") from None


def postgres_program(name):
    """The path of one of PostgreSQL's programs: Debian's newest version, or what is in the PATH."""
    versions = [path for path in glob.glob("/usr/lib/postgresql/*/bin/initdb") if path.split("/")[4].isdigit()]
    found = max(versions, key=lambda path: int(path.split("/")[4]), default=shutil.which("initdb"))
    # A link may stand alone in its folder.
    path = os.path.join(os.path.dirname(os.path.realpath(found)), name) if found else ""
    if not os.access(path, os.X_OK):
        raise NotInstalled(f"PostgreSQL has no program {name} here; on Debian: apt-get install postgresql")
    return path


def nginx_program():
    found = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if not found:
        raise NotInstalled("nginx is not installed; on Debian: apt-get install nginx-light")
    return found


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    """A process in a temporary folder of its own, as a user that is not root."""

    def __init__(self, name):
        self.name, self.process = name, None
        self.user = server_user()
        self.folder = tempfile.mkdtemp(prefix=f"shearline-{name}-")
        self.log = self.path("log")
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def _identity(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}

    def run(self, *command):
        """Runs a program to its end, as the server's user."""
        done = subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, **self._identity())
        if done.returncode != 0:
            raise RuntimeError(f"{os.path.basename(command[0])} failed: {done.stdout.strip()[-400:]}")

    def launch(self, command, answers):
        """Starts the server, and waits until it answers; the end of its log if it does not."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True,  # Ctrl-C goes to the caller only
                                            **self._identity())
        end = time.monotonic() + START_WITHIN
        while not answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.finish()
                with open(self.log, encoding="utf-8", errors="replace") as log:
                    raise RuntimeError(f"{self.name} did not start: {log.read().strip()[-400:]}")
            time.sleep(0.02)

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def finish(self, how=signal.SIGTERM):
        """Asks the process to end, and kills it if it does not; returns its status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def remove(self):
        """Ends the server, and removes its folder."""
        self.finish()
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgres(Server):
    """Syncs each commit to the disk. Lets roles in by a password, which a file holds; with "trust", lets all in."""

    def __init__(self, lets_in="scram-sha-256"):
        self.lets_in = lets_in
        self.programs = {name: postgres_program(name) for name in ("initdb", "postgres", "psql", "pg_dump")}
        super().__init__("postgres")
        self.password = secrets.token_hex(16)
        self.pass_file = self.path("passwords")
        self.port = 0

    def make(self):
        """Makes a cluster, and starts its server on a free port of 127.0.0.1."""
        self.write("password", self.password)
        if self.user:
            os.chown(self.path("password"), self.user.pw_uid, self.user.pw_gid)
        self.run(self.programs["initdb"], "-D", self.path("data"), "-U", "postgres", f"--auth={self.lets_in}",
                 f"--pwfile={self.path('password')}", "--no-sync", "--no-instructions", "--encoding=UTF8",
                 "--locale=C")
        os.remove(self.path("password"))
        # All roles have one password. libpq takes no password file that others may read.
        self.write("passwords", "")
        os.chmod(self.pass_file, 0o600)
        self.write("passwords", f"127.0.0.1:*:*:*:{self.password}\n")
        for attempt in range(3):
            self.port = free_port()
            try:
                self.start()
                return
            except RuntimeError:  # somebody else took the port meanwhile
                if attempt == 2:
                    raise

    def start(self):
        """Starts the server, or starts it again on its port."""
        end = time.monotonic() + START_WITHIN
        while True:
            try:
                # Unlike shared memory of the system, a file is removed with the folder.
                self.launch([self.programs["postgres"], "-D", self.path("data"), "-p", str(self.port),
                             "-c", "listen_addresses=127.0.0.1", "-k", self.folder,
                             "-c", "dynamic_shared_memory_type=mmap", "-c", "logging_collector=off"], self.answers)
                return
            except RuntimeError as why:
                # After a kill, until the last of its children has seen that.
                if "shared memory block" not in str(why) or time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def answers(self):
        done = self.psql("SELECT 1")
        return done.returncode == 0

    def environment(self, role="postgres", database="postgres"):
        """For clients: the variables of libpq."""
        return {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": role, "PGDATABASE": database,
                "PGPASSFILE": self.pass_file, "PGCONNECT_TIMEOUT": "2"}

    def uri(self, role, database):
        return f"postgresql://{role}@127.0.0.1:{self.port}/{database}?passfile={self.pass_file}"

    def client(self, program, *arguments, role="postgres", database="postgres", given=None):
        return subprocess.run([self.programs[program], *arguments], text=True, check=False, input=given or "",
                              capture_output=True, env=os.environ | self.environment(role, database))

    def psql(self, statements, database="postgres"):
        return self.client("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", database=database, given=statements)

    def sql(self, statements, database="postgres"):
        """Runs statements as the superuser, and returns what they give."""
        done = self.psql(statements, database)
        if done.returncode != 0:
            raise RuntimeError(f"psql failed: {done.stderr.strip()[-400:]}")
        return done.stdout.strip()

    def add_role(self, name):
        """A role without any right, which logs in by the password file."""
        self.sql(f"CREATE ROLE {name} LOGIN PASSWORD '{self.password}'")

    def kill(self):
        """SIGKILL for the server and its children, as at a crash of the machine."""
        found = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        children = [int(one) for one in found.read_text(encoding="ascii").split()] if found.exists() else []
        self.process.kill()
        for one in children:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def finish(self, how=signal.SIGINT):  # closes the connections, and writes all
        return super().finish(how)


class Nginx(Server):
    """In front of two machines. Under `localhost` they take turns, except for the console, whose sessions belong to one
    machine: there, each client has its own. `machine-1.localhost` and `machine-2.localhost` are one machine each.
    """

    # The memory of one request: only what is longer needs files.
    CONFIG = """
daemon off;
worker_processes 1;
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_connect_timeout 2s;
    add_header X-Served-By $upstream_addr always;
    upstream machines {{ {machines} }}
    upstream consoles {{ ip_hash; {machines} }}
    server {{
        listen 127.0.0.1:{port} default_server;
        server_name localhost;
        location / {{ proxy_pass http://machines; }}
        location /admin {{ proxy_pass http://consoles; }}
    }}
{single}
}}
"""
    SINGLE = """    server {{
        listen 127.0.0.1:{port};
        server_name {name};
        location / {{ proxy_pass http://127.0.0.1:{to}; }}
    }}"""

    def __init__(self):
        self.program = nginx_program()
        super().__init__("nginx")
        self.port = 0

    def make(self, ports):
        """Starts it on a free port of 127.0.0.1, in front of these ports."""
        # A machine that did not answer is tried again after a second.
        machines = " ".join(f"server 127.0.0.1:{one} max_fails=1 fail_timeout=1s;" for one in ports)
        for attempt in range(3):
            self.port = free_port()
            single = "\n".join(self.SINGLE.format(port=self.port, name=f"machine-{number}.localhost", to=one)
                               for number, one in enumerate(ports, 1))
            self.write("nginx.conf", self.CONFIG.format(folder=self.folder, port=self.port, machines=machines,
                                                        single=single))
            try:
                self.launch([self.program, "-p", self.folder, "-c", self.path("nginx.conf"), "-e", "stderr"],
                            self.answers)
                return
            except RuntimeError:
                if attempt == 2:
                    raise

    def answers(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def finish(self, how=signal.SIGQUIT):  # ends the requests in progress first
        return super().finish(how)


def main(command):
    def interrupt(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, interrupt)
    try:
        server = Postgres()
    except NotInstalled as why:
        print(why, file=sys.stderr)
        return 77
    try:
        server.make()
        place = {"SHEARLINE_POSTGRES": server.uri("postgres", "postgres"), "PGOPTIONS": "-c client_min_messages=warning"}
        return subprocess.run(command, check=False, env=os.environ | server.environment() | place).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        server.remove()


if __name__ == "__main__":
    if len(sys.argv) < 2 or re.match("-", sys.argv[1]):
        sys.exit("give a command: servers.py COMMAND [ARG …]")
    sys.exit(main(sys.argv[1:]))
