package flotilla.hostile;

import static flotilla.domain.FailureCode.DAMAGED;
import static flotilla.domain.FailureCode.UNSUPPORTED_TYPE;
import static flotilla.hostile.Encoded.ascii;
import static flotilla.hostile.Encoded.joined;
import static flotilla.hostile.HostileImage.RefusedBy.HEADER;
import static flotilla.hostile.HostileImage.refused;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** What is no image, whatever it is called. */
final class HostileFiles {
    private static final Map<String, byte[]> OTHERS = Map.ofEntries(
            Map.entry("bmp", joined(ascii("BM"), new byte[60])),
            Map.entry("tiff", joined(ascii("II*\0"), new byte[60])),
            Map.entry("avif", joined(new byte[] {0, 0, 0, 32}, ascii("ftypavif"), new byte[60])),
            Map.entry("heic", joined(new byte[] {0, 0, 0, 32}, ascii("ftypheic"), new byte[60])),
            Map.entry("icon", joined(new byte[] {0, 0, 1, 0, 1, 0}, new byte[60])),
            Map.entry("wave", joined(ascii("RIFF\44\0\0\0WAVEfmt "), new byte[60])),
            Map.entry("pdf", ascii("%PDF-1.7\n%\u00E2\u00E3\u00CF\u00D3\n")),
            Map.entry("svg", ascii("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")),
            Map.entry(
                    "svg-entities",
                    ascii("<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><svg>&a;</svg>")),
            Map.entry("html", ascii("<html><script>alert(1)</script></html>")),
            Map.entry("script", ascii("#!/bin/sh\nrm -rf /\n")),
            Map.entry("program", joined(ascii("\177ELF\2\1\1"), new byte[60])),
            Map.entry("serialized-java", joined(new byte[] {(byte) 0xAC, (byte) 0xED, 0, 5}, new byte[60])),
            Map.entry("zip", zip("a.png", Encoded.gif(2, 2))),
            Map.entry("zip-in-a-zip", zip("a.zip", zip("b.zip", new byte[100]))),
            Map.entry("zeros", new byte[5_000]));

    private HostileFiles() {}

    static List<HostileImage> all() {
        List<HostileImage> all = new ArrayList<>();
        OTHERS.keySet().stream()
                .sorted()
                .forEach(name -> all.add(refused("file-" + name, HEADER, UNSUPPORTED_TYPE, OTHERS.get(name))
                        .called("photo.jpg")));
        all.add(refused("file-empty", HEADER, UNSUPPORTED_TYPE, new byte[0]));
        all.add(refused("file-of-one-byte", HEADER, UNSUPPORTED_TYPE, new byte[] {'x'}));
        all.add(refused("file-of-one-byte-that-begins-a-jpeg", HEADER, DAMAGED, new byte[] {(byte) 0xFF}));
        return all;
    }

    static byte[] zip(String name, byte[] content) {
        return zip(Map.of(name, content));
    }

    static byte[] zip(Map<String, byte[]> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
