package flotilla.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;

class ZipEntriesTest {
    private static final int MOST = 100_000;

    private static byte[] zip(int files, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < files; i++) {
                zip.putNextEntry(new ZipEntry(i + ".bmp"));
                zip.write(content);
                zip.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static ZipEntries entries(byte[] zip) {
        return new ZipEntries(new ByteArrayInputStream(zip), MOST);
    }

    @Test
    void manyFilesOfZeros_shouldBeStoppedAtTenTimesTheLongestFile() throws IOException {
        try (ZipEntries entries = entries(zip(1_000, new byte[MOST]))) {
            for (int i = 0; i < 10; i++) {
                assertThat(entries.next().orElseThrow().bytes().size()).isEqualTo(MOST);
            }

            assertThatThrownBy(() -> {
                        for (int i = 0; i < 5; i++) {
                            entries.next();
                        }
                    })
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("it unpacks to far more than images do");
        }
    }

    @Test
    void filesThatCompressWell_shouldAllBeRead() throws IOException {
        byte[] block = new byte[MOST / 10];
        new Random(1).nextBytes(block);
        byte[] tenfold = new byte[MOST];
        for (int i = 0; i < 10; i++) {
            System.arraycopy(block, 0, tenfold, i * block.length, block.length);
        }
        int read = 0;
        try (ZipEntries entries = entries(zip(200, tenfold))) {
            while (entries.next().isPresent()) {
                read++;
            }
        }

        assertThat(read).isEqualTo(200);
    }
}
