#!/usr/bin/env python3
"""Makes test vectors of sealed files with Tink (`pip install tink`), an independent implementation.

    proofs/tink_vectors.py > crates/store/tests/vectors/tink-aes256-gcm-hkdf-64k.txt

Each line has a key, associated data, the length of the content, and the ciphertext, all in base64 except the length.
The content is byte i = 31 * i mod 251. This is only needed for a new format.
"""

import base64
import io
import os

from tink import proto_keyset_format, secret_key_access, streaming_aead
from tink.proto import aes_gcm_hkdf_streaming_pb2, common_pb2, tink_pb2

streaming_aead.register()

for length in (0, 1, 100, 65_480, 65_481, 70_000):
    secret, associated = os.urandom(32), b"production, an account, a file"
    key = aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingKey(
        version=0,
        key_value=secret,
        params=aes_gcm_hkdf_streaming_pb2.AesGcmHkdfStreamingParams(
            ciphertext_segment_size=65_536, derived_key_size=32, hkdf_hash_type=common_pb2.SHA256
        ),
    )
    keyset = tink_pb2.Keyset(
        primary_key_id=1,
        key=[
            tink_pb2.Keyset.Key(
                key_data=tink_pb2.KeyData(
                    type_url="type.googleapis.com/google.crypto.tink.AesGcmHkdfStreamingKey",
                    value=key.SerializeToString(),
                    key_material_type=tink_pb2.KeyData.SYMMETRIC,
                ),
                status=tink_pb2.ENABLED,
                key_id=1,
                output_prefix_type=tink_pb2.RAW,
            )
        ],
    )
    handle = proto_keyset_format.parse(keyset.SerializeToString(), secret_key_access.TOKEN)
    primitive = handle.primitive(streaming_aead.StreamingAead)
    sealed = io.BytesIO()
    sealed.close = lambda: None
    with primitive.new_encrypting_stream(sealed, associated) as stream:
        stream.write(bytes(31 * i % 251 for i in range(length)))
    texts = [base64.b64encode(part).decode() for part in (secret, associated, sealed.getvalue())]
    print(texts[0], texts[1], length, texts[2])
