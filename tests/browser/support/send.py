"""Sends a file with tuspy: half of it, and the rest as another process would that knows the address."""

import sys
from itertools import count

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

endpoint, cookie, origin, path = sys.argv[1:]
client = TusClient(endpoint, headers={"Cookie": cookie, "Origin": origin})


def patiently(ask):
    """What `ask` gives, asked again while its answers are lost; tuspy does so for pieces alone."""
    for turn in count():
        try:
            return ask()
        except TusCommunicationError:
            if turn == 40:
                raise


def uploader(**more):
    return client.uploader(
        path,
        chunk_size=256 << 10,
        metadata={"filename": "ảnh.jpg", "slot": "poster"},
        retries=40,
        retry_delay=0.1,
        upload_checksum=True,
        **more,
    )


first = uploader()
patiently(lambda: first.set_url(first.create_url()))
first.upload(stop_at=first.get_file_size() // 2)
again = patiently(lambda: uploader(url=first.url))
assert again.offset == first.get_file_size() // 2, again.offset
again.upload()
