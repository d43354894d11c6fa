"""The tables of links and names: how an address inside some network can be spelled, and what a name may mean.

The hosts that are allowed are those of the providers: every name below `runware.ai`, and `cdn.aimlapi.com`.
"""

PUBLIC, PUBLIC_6 = "8.8.8.8", "2606:4700:4700::1111"

#: links that no name server and no connection may ever hear of
REFUSED = {
    "literal loopback": "https://127.0.0.1/x",
    "literal metadata": "https://169.254.169.254/latest/meta-data/",
    "literal private": "https://10.0.0.1/x",
    "literal public": "https://8.8.8.8/x",
    "decimal": "https://2130706433/x",
    "octal": "https://0177.0.0.1/x",
    "hex": "https://0x7f.0.0.1/x",
    "hex whole": "https://0x7f000001/x",
    "short": "https://127.1/x",
    "zero": "https://0/x",
    "zeros": "https://0.0.0.0/x",
    "IPv6 loopback": "https://[::1]/x",
    "IPv6-mapped": "https://[::ffff:127.0.0.1]/x",
    "IPv6-mapped hex": "https://[::ffff:7f00:1]/x",
    "zone id": "https://[fe80::1%25eth0]/x",
    "unique local": "https://[fd00::1]/x",
    "user at host": "https://vm.runware.ai@evil.example/x",
    "user at allowed": "https://evil.example@vm.runware.ai/x",
    "password": "https://a:b@vm.runware.ai/x",
    "backslash": "https://evil.example\\@vm.runware.ai/x",
    "trailing dot": "https://vm.runware.ai./x",
    "suffix of another": "https://evilrunware.ai/x",
    "prefix of another": "https://vm.runware.ai.evil.example/x",
    "bare domain": "https://runware.ai/x",
    "punycode": "https://vm.xn--runwre-4na.ai/x",
    "Cyrillic": "https://vm.runw\u0430re.ai/x",
    "full width": "https://vm\uff0erunware\uff0eai/x",
    "fragment": "https://evil.example#.runware.ai",
    "query": "https://evil.example?.runware.ai",
    "encoded host": "https://vm%2Erunware%2Eai/x",
    "encoded slash": "https://evil.example%2F.runware.ai/x",
    "plain http": "http://vm.runware.ai/x",
    "odd port": "https://vm.runware.ai:8443/x",
    "port of http": "https://vm.runware.ai:80/x",
    "port of a database": "https://vm.runware.ai:6379/x",
    "no such port": "https://vm.runware.ai:99999/x",
    "localhost": "https://localhost/x",
    "localhost below": "https://vm.runware.ai.localhost/x",
    "wildcard DNS": "https://127.0.0.1.nip.io/x",
    "file": "file:///etc/passwd",
    "ftp": "ftp://vm.runware.ai/x",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "data": "data:video/mp4;base64,AAAA",
    "no scheme": "//vm.runware.ai/x",
    "newline": "https://vm.runware.ai/x\r\nHost: evil.example",
    "tab in the scheme": "ht\ttps://vm.runware.ai/x",
    "empty": "",
}
#: what an allowed name may be said to mean, and whether it may be connected to
NAMED = {
    "public": ((PUBLIC,), (PUBLIC,)),
    "public IPv6": ((PUBLIC_6,), (PUBLIC_6,)),
    "mapped public": (("::ffff:8.8.8.8",), ("::ffff:8.8.8.8",)),
    "loopback": (("127.0.0.1",), ()),
    "all of 127": (("127.8.8.8",), ()),
    "IPv6 loopback": (("::1",), ()),
    "mapped loopback": (("::ffff:127.0.0.1",), ()),
    "mapped private": (("::ffff:10.0.0.1",), ()),
    "compatible": (("::127.0.0.1",), ()),
    "NAT64 of private": (("64:ff9b::a00:1",), ()),
    "6to4 of loopback": (("2002:7f00:1::",), ()),
    "metadata": (("169.254.169.254",), ()),
    "link-local": (("fe80::1",), ()),
    "private": (("10.1.2.3", "172.16.0.1", "192.168.0.1"), ()),
    "unique local": (("fd00::1",), ()),
    "carrier": (("100.64.0.1",), ()),
    "any": (("0.0.0.0",), ()),  # noqa: S104 - nothing is bound
    "multicast": (("224.0.0.1",), ()),
    "broadcast": (("255.255.255.255",), ()),
    "documents": (("192.0.2.1",), ()),
    "public and private": ((PUBLIC, "10.0.0.1"), (PUBLIC,)),
    "private and public": (("127.0.0.1", PUBLIC), (PUBLIC,)),
}
#: what says something else in a header: a line of its own, the same scheme, nowhere, a tab that is dropped there
_OTHERWISE_IN_A_HEADER = frozenset({"newline", "no scheme", "empty", "tab in the scheme"})
AFTER_REDIRECT = {name: link for name, link in REFUSED.items() if name not in _OTHERWISE_IN_A_HEADER}
