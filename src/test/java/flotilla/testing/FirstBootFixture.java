package flotilla.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway's user data, run in a folder, with stand-ins for what only an instance has. */
public abstract class FirstBootFixture {
    @TempDir
    private Path folder;

    private Path programs;

    /** The script, as an instance has it. */
    protected abstract String script();

    /** The name of the parameter that has the secrets. */
    protected abstract String parameter();

    @BeforeEach
    public final void standIns() throws IOException {
        programs = Files.createDirectory(folder.resolve("programs"));
        program("chgrp", "exit 0");
        program("sleep", "echo $1 >>slept");
        program("systemctl", "echo \"$*\" >started");
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Its exit status; what it says is in {@link #said}. */
    private int boot() throws IOException, InterruptedException {
        String here = script().replace("/etc/flotilla", folder.resolve("etc").toString());
        Path file = Files.writeString(folder.resolve("gateway.sh"), here);
        ProcessBuilder boot = new ProcessBuilder("sh", file.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said().toFile());
        boot.environment().put("PATH", programs + ":" + System.getenv("PATH"));
        return boot.start().waitFor();
    }

    private Path said() {
        return folder.resolve("said");
    }

    private long slept() throws IOException {
        return Files.readAllLines(folder.resolve("slept")).stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    /** The role is not known everywhere in an instance's first moments, and the script never runs again. */
    @Test
    public final void secretsThatCannotBeReadAtFirst_shouldBeAskedForAgain() throws Exception {
        program(
                "aws",
                "echo \"$*\" >>asked; echo half; [ \"$(grep -c get-parameter asked)\" -ge 4 ] || exit 254; echo flotilla.x = 1");

        int status = boot();

        assertThat(status).as(Files.readString(said())).isZero();
        assertThat(Files.readAllLines(folder.resolve("asked")))
                .hasSize(4)
                .allMatch(asked -> asked.contains(" --name " + parameter() + " --with-decryption "));
        Path secrets = folder.resolve("etc/secrets.conf");
        assertThat(secrets).hasContent("half\nflotilla.x = 1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
                .isEqualTo("rw-r-----");
        assertThat(slept()).isEqualTo(2 + 4 + 8);
        assertThat(folder.resolve("started")).hasContent("enable --now flotilla-gateway.service");
    }

    @Test
    public final void secretsThatNobodyMayRead_shouldBeGivenUpAfterFiveMinutesAndSaidSo() throws Exception {
        program("aws", "exit 254");

        int status = boot();

        assertThat(status).isEqualTo(1);
        assertThat(Files.readString(said()))
                .contains("cannot read the parameter " + parameter() + ", so it does not start");
        assertThat(slept()).isBetween(300L, 340L);
        assertThat(folder.resolve("started")).doesNotExist();
        assertThat(folder.resolve("etc/secrets.conf")).doesNotExist();
    }
}
