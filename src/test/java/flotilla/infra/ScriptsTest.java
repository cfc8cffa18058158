package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shell scripts that make images and are run at boot. */
class ScriptsTest {
    @TempDir
    private Path folder;

    @Test
    void scripts_shouldPassShellcheck() throws IOException {
        Optional<Path> shellcheck = Infra.program("shellcheck");
        assumeTrue(shellcheck.isPresent(), "there is no shellcheck here (on Debian: apt-get install shellcheck)");
        List<String> command = new ArrayList<>(List.of(shellcheck.get().toString(), "--norc"));
        Infra.files(Infra.FOLDER, ".sh").forEach(file -> command.add(file.toString()));
        command.add(rendered().toString());

        Infra.Ended ended = Infra.run(folder, "", command.toArray(String[]::new));

        assertThat(command).hasSizeGreaterThan(4);
        assertThat(ended.output()).isEmpty();
        assertThat(ended.status()).isZero();
    }

    /** The gateway's user data, with something in the place of each of Terraform's values. */
    private Path rendered() throws IOException {
        String template = Infra.read("terraform/templates/gateway.sh.tftpl");
        return Files.writeString(folder.resolve("gateway.sh"), template.replaceAll("\\$\\{[a-z_]+}", "value"));
    }

    @Test
    void template_shouldUseJustTheValuesThatTerraformGives() {
        Hcl.Call call = (Hcl.Call) Terraform.read().local("gateway_user_data");
        Hcl.Fields values = (Hcl.Fields) call.arguments().get(1);
        Matcher used = Pattern.compile("\\$\\{([a-z_]+)}").matcher(Infra.read("terraform/templates/gateway.sh.tftpl"));

        assertThat(used.results().map(one -> one.group(1)))
                .containsExactlyInAnyOrderElementsOf(values.entries().stream()
                        .map(one -> one.key().text().orElseThrow())
                        .toList());
    }

    /** The archive has all that the script asks for, with a model of one's own too. */
    @Test
    void bundle_shouldHaveWhatTheInstallationNeeds() throws IOException {
        Path archive = folder.resolve("image.tar");

        Infra.Ended made = bundle(modelWith("model.pt"), archive, "FLOTILLA_ENGINE=");
        List<String> files = Infra.run(folder, "", "tar", "-tf", archive.toString())
                .output()
                .lines()
                .toList();

        assertThat(made.status()).as(made.output()).isZero();
        Matcher needed = Pattern.compile("for needed in ([^;]+);").matcher(Infra.read("image/install.sh"));
        assertThat(needed.find()).isTrue();
        assertThat(files).contains("./model/model.pt", "./install.sh");
        assertThat(engineIn(archive)).isEqualTo("pytorch\n");
        for (String role : List.of("gateway", "worker")) {
            assertThat(files)
                    .containsAll(Arrays.stream(needed.group(1).split(" "))
                            .map(name -> "./" + name.replace("\"", "").replace("$role", role))
                            .toList());
        }
    }

    @Test
    void bundleForOnnxRuntime_shouldAskForItsNetworkAndTellTheInstallation() throws IOException {
        Path archive = folder.resolve("image.tar");

        assertThat(bundle(modelWith("model.pt"), archive, "FLOTILLA_ENGINE=onnxruntime"))
                .matches(ended -> ended.status() == 1, "exit status 1")
                .extracting(Infra.Ended::output)
                .asString()
                .contains("has no model.onnx, which onnxruntime needs; make it with models/optimize.py --onnx");

        assertThat(bundle(modelWith("model.onnx"), archive, "FLOTILLA_ENGINE=onnxruntime")
                        .status())
                .isZero();
        assertThat(engineIn(archive)).isEqualTo("onnxruntime\n");
    }

    @Test
    void bundleForAnUnknownEngine_shouldNameThoseThatThereAre() throws IOException {
        assertThat(bundle(modelWith("model.pt"), folder.resolve("image.tar"), "FLOTILLA_ENGINE=abacus"))
                .matches(ended -> ended.status() == 1, "exit status 1")
                .extracting(Infra.Ended::output)
                .asString()
                .contains("FLOTILLA_ENGINE must be pytorch or onnxruntime, not abacus");
    }

    /** A folder with nothing but a network's file. */
    private Path modelWith(String network) throws IOException {
        Path model = Files.createTempDirectory(folder, "model");
        Files.writeString(model.resolve(network), "network");
        return model;
    }

    private Infra.Ended bundle(Path model, Path archive, String engine) throws IOException {
        Path jar = Files.writeString(folder.resolve("flotilla.jar"), "jar");
        return Infra.run(
                folder,
                "",
                "env",
                "FLOTILLA_JAR=" + jar,
                "FLOTILLA_MODEL=" + model,
                engine,
                "sh",
                Infra.FOLDER.resolve("image/bundle.sh").toString(),
                archive.toString());
    }

    private String engineIn(Path archive) {
        return Infra.run(folder, "", "tar", "-xOf", archive.toString(), "./engine")
                .output();
    }

    /** The log's group is named in the image, so nobody may leave the name out who ships a log. */
    @Test
    void installationWithTheAgent_shouldAskForTheSystemsNameAndTakeFilesByTheirPaths() throws IOException {
        Path bundle = Files.createDirectory(folder.resolve("bundle"));
        for (String name : List.of(
                "flotilla.jar",
                "engine",
                "worker.conf",
                "chelsea.png",
                "flotilla-gateway.service",
                "rsyslog.conf",
                "logrotate.conf",
                "cloudwatch-agent.json",
                "amazon-cloudwatch-agent.deb")) {
            Files.createFile(bundle.resolve(name));
        }
        // Nothing is installed here, whatever the script comes to.
        Path programs = Files.createDirectory(folder.resolve("programs"));
        Path apt = Files.writeString(programs.resolve("apt-get"), "#!/bin/sh\necho \"$PWD $folder $*\"\nexit 99\n");
        Files.setPosixFilePermissions(apt, PosixFilePermissions.fromString("rwxr-xr-x"));
        String script = Infra.FOLDER.resolve("image/install.sh").toString();
        String path = "PATH=" + programs + ":" + System.getenv("PATH");

        Infra.Ended nameless =
                Infra.run(folder, "", "env", "-u", "FLOTILLA_CLUSTER", path, "sh", script, "gateway", "bundle");
        Infra.Ended named =
                Infra.run(folder, "", "env", "FLOTILLA_CLUSTER=cats", path, "sh", "-x", script, "gateway", "bundle");

        assertThat(nameless.status()).isEqualTo(1);
        assertThat(nameless.output()).contains("set FLOTILLA_CLUSTER to the system's name");
        assertThat(named.status()).as("it came to its first program").isEqualTo(99);
        assertThat(named.output()).contains("agent=" + bundle.toRealPath().resolve("amazon-cloudwatch-agent.deb"));
    }

    @Test
    void installationWithoutArgumentsOrFiles_shouldSayWhatIsMissing() {
        String script = Infra.FOLDER.resolve("image/install.sh").toString();

        assertThat(Infra.run(folder, "", "sh", script).output()).contains("usage: install.sh worker|gateway FOLDER");
        assertThat(Infra.run(folder, "", "sh", script, "pilot", ".").output()).contains("usage: install.sh");
        assertThat(Infra.run(folder, "", "sh", script, "worker", folder.toString()))
                .matches(ended -> ended.status() == 1, "exit status 1")
                .extracting(Infra.Ended::output)
                .asString()
                .contains("flotilla.jar is missing; unpack the archive that bundle.sh makes");
    }
}
