"""PostgreSQL for proofs and benchmarks: separate clusters of the installed programs. Root runs them as user nobody."""

import glob
import os
import pathlib
import signal
import socket
import subprocess
import time

NOBODY = 65534


def program(name):
    """Debian installs the programs outside of the path."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else name


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def unprivileged():
    return {"user": NOBODY, "group": NOBODY} if os.getuid() == 0 else {}


class Cluster:
    """One server, primary or standby."""

    def __init__(self, folder, primary=None, settings=()):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        # The temporary folder belongs to the user who made it.
        self.folder.parent.chmod(0o711)
        if os.getuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        self.port, self.data, self.process = free_port(), self.folder / "data", None
        if primary:
            self.run(
                "pg_basebackup",
                "-h",
                "127.0.0.1",
                "-p",
                str(primary.port),
                "-U",
                "dossier",
                "-D",
                str(self.data),
                "-R",
                "-X",
                "stream",
                "-c",
                "fast",
            )
            with (self.data / "postgresql.auto.conf").open("a") as conf:
                conf.write(
                    f"primary_conninfo = 'host=127.0.0.1 port={primary.port} user=dossier application_name=standby'\n"
                )
        else:
            self.run(
                "initdb",
                "--no-sync",
                "--username=dossier",
                "--auth=trust",
                "--encoding=UTF8",
                "--data-checksums",
                "--pgdata",
                str(self.data),
            )
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(
                "\n".join(
                    [
                        f"port = {self.port}",
                        f"unix_socket_directories = '{self.folder}'",
                        "listen_addresses = '127.0.0.1'",
                        "max_connections = 200",
                        *settings,
                    ]
                )
                + "\n"
            )
        if primary is None:
            with (self.data / "pg_hba.conf").open("a") as hba:
                hba.write("host replication dossier 127.0.0.1/32 trust\n")
        self.start()

    def run(self, name, *arguments):
        done = subprocess.run(
            [program(name), *arguments], cwd=self.folder, capture_output=True, text=True, **unprivileged()
        )
        assert done.returncode == 0, (name, done.stderr)

    def start(self):
        self.process = subprocess.Popen(
            [program("postgres"), "-D", str(self.data)],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("a"),
            start_new_session=True,
            **unprivileged(),
        )
        deadline = time.monotonic() + 60
        while subprocess.run([program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            assert time.monotonic() < deadline and self.process.poll() is None, (self.folder / "log").read_text()[
                -2000:
            ]
            time.sleep(0.02)

    def sql(self, text):
        done = subprocess.run(
            [
                program("psql"),
                "-X",
                "-A",
                "-t",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-U",
                "dossier",
                "-d",
                "postgres",
                "-c",
                text,
            ],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def children(self):
        """The server's processes, itself first."""
        pids = [self.process.pid]
        for stat in glob.glob("/proc/[0-9]*/stat"):
            try:
                fields = pathlib.Path(stat).read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid:
                pids.append(int(stat.split("/")[2]))
        return pids

    def signal_all(self, what):
        for pid in self.children():
            try:
                os.kill(pid, what)
            except ProcessLookupError:
                pass

    def kill(self):
        """kill -9 of every one of its processes."""
        self.signal_all(signal.SIGSTOP)
        self.signal_all(signal.SIGKILL)
        self.process.wait()

    def promote(self):
        self.sql("SELECT pg_promote()")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.signal_all(signal.SIGCONT)
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def url(self):
        return f"postgres://dossier@127.0.0.1:{self.port}/postgres"

    @property
    def socket_url(self):
        """Without TCP between, as one would on one machine."""
        return f"postgres://dossier@{str(self.folder).replace('/', '%2F')}:{self.port}/postgres"
