package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway's user data of Terraform, run in a folder, with stand-ins for what only an instance has. */
class GatewayUserDataTest {
    @TempDir
    private Path folder;

    private Path programs;

    @BeforeEach
    void standIns() throws IOException {
        programs = Files.createDirectory(folder.resolve("programs"));
        program("chgrp", "exit 0");
        program("sleep", "echo $1 >>slept");
        program("systemctl", "echo \"$*\" >started");
    }

    private void program(String name, String script) throws IOException {
        Path file = Files.writeString(programs.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Infra.Ended boot() throws IOException {
        String script = Infra.read("terraform/templates/gateway.sh.tftpl")
                .replaceAll("\\$\\{[a-z_]+}", "value")
                .replace("/etc/flotilla", folder.resolve("etc").toString());
        return Infra.run(
                folder,
                "",
                "env",
                "PATH=" + programs + ":" + System.getenv("PATH"),
                "sh",
                Files.writeString(folder.resolve("gateway.sh"), script).toString());
    }

    private long slept() throws IOException {
        return Files.readAllLines(folder.resolve("slept")).stream()
                .mapToLong(Long::parseLong)
                .sum();
    }

    /** The role is not known everywhere in an instance's first moments, and the script never runs again. */
    @Test
    void secretsThatCannotBeReadAtFirst_shouldBeAskedForAgain() throws IOException {
        program(
                "aws",
                "echo once >>asked; echo half; [ \"$(grep -c once asked)\" -ge 4 ] || exit 254; echo flotilla.x = 1");

        Infra.Ended ended = boot();

        assertThat(ended.status()).as(ended.output()).isZero();
        Path secrets = folder.resolve("etc/secrets.conf");
        assertThat(secrets).hasContent("half\nflotilla.x = 1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(secrets)))
                .isEqualTo("rw-r-----");
        assertThat(slept()).isEqualTo(2 + 4 + 8);
        assertThat(folder.resolve("started")).hasContent("enable --now flotilla-gateway.service");
    }

    @Test
    void secretsThatNobodyMayRead_shouldBeGivenUpAfterFiveMinutesAndSaidSo() throws IOException {
        program("aws", "exit 254");

        Infra.Ended ended = boot();

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.output()).contains("cannot read the parameter value, so it does not start");
        assertThat(slept()).isBetween(300L, 340L);
        assertThat(folder.resolve("started")).doesNotExist();
        assertThat(folder.resolve("etc/secrets.conf")).doesNotExist();
    }
}
