"""An account of the simulated cloud, for scripts that ask it as a user asks the real one."""

import asyncio
import contextlib
import logging
import re
import ssl
import subprocess
import threading

KEY = {"HUAWEICLOUD_SDK_AK": "SIMULATEDACCESSKEY01", "HUAWEICLOUD_SDK_SK": "simulated-secret-key-of-the-demo"}
HOSTS = ["*.myhuaweicloud.com", "*.cn-north-4.myhuaweicloud.com", "*.ap-southeast-3.myhuaweicloud.com"]


@contextlib.contextmanager
def process(*command, **options):
    started = subprocess.Popen([str(word) for word in command], text=True, **options)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@contextlib.contextmanager
def account(program, folder):
    """The variables that lead to a proxy which answers for every host of the cloud, and the address of what it answers from."""

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=simulated account")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", "cloud.key", "-out", "cloud.csr", "-subj", "/CN=cloud")
    (folder / "names").write_text("subjectAltName=" + ",".join(f"DNS:{host}" for host in HOSTS))
    openssl("x509", "-req", "-in", "cloud.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "cloud.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cloud.pem", folder / "cloud.key")

    with process(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as cloud:
        host, port = re.fullmatch(r"http://(.+):(\d+)\n", cloud.stdout.readline()).groups()

        async def pump(reader, writer):
            with contextlib.suppress(OSError):
                while data := await reader.read(1 << 16):
                    writer.write(data)
                    await writer.drain()
            writer.close()

        async def serve(reader, writer):
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await reader.readuntil(b"\r\n\r\n")
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.drain()
                await writer.start_tls(context)
                there, back = await asyncio.open_connection(host, int(port))
                await asyncio.gather(pump(reader, back), pump(there, writer))

        # It warns of each connection that ends before its client says so.
        logging.getLogger("asyncio").setLevel(logging.ERROR)
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, daemon=True).start()
        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(serve, "127.0.0.1", 0), loop).result(10)
        address = "http://127.0.0.1:%d" % server.sockets[0].getsockname()[1]
        yield {"HTTPS_PROXY": address, "SSL_CERT_FILE": str(folder / "ca.pem"), "NO_PROXY": "127.0.0.1,localhost"}, \
            f"http://{host}:{port}"
        loop.call_soon_threadsafe(loop.stop)
