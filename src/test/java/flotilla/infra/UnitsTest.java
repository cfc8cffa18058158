package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.config.FlotillaSettings;
import flotilla.config.SettingsLoader;
import flotilla.local.NativeMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The systemd units. */
class UnitsTest {
    private static final FlotillaSettings SETTINGS =
            FlotillaSettings.from(SettingsLoader.load(Optional.empty(), Optional.empty(), List.of()));
    /** Of ten, as systemd counts: from 0, wholly shut in. */
    private static final double MOST_EXPOSURE = 2.5;

    @TempDir
    private Path folder;

    private static Map<String, String> unit(String role) {
        return Infra.read("systemd/flotilla-" + role + ".service")
                .lines()
                .filter(line -> line.contains("=") && !line.startsWith("#"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (one, other) -> one + "\n" + other));
    }

    @Test
    void workersUnit_shouldWaitForADrain() {
        Duration stop = constant("WorkerRole", "STOP_WITHIN");

        // Leave, the cluster's end, the actor system's end.
        assertThat(timeout("worker"))
                .isGreaterThan(SETTINGS.worker().shutdownGrace().plus(stop.multipliedBy(3)));
    }

    @Test
    void gatewaysUnit_shouldWaitForItsCallers() {
        Duration stop = constant("GatewayRole", "STOP_WITHIN");

        assertThat(timeout("gateway"))
                .isGreaterThan(constant("GatewayRole", "FINISH_REQUESTS_WITHIN").plus(stop.multipliedBy(2)));
    }

    private static Duration timeout(String role) {
        return Duration.ofSeconds(Long.parseLong(unit(role).get("TimeoutStopSec")));
    }

    /** What a role's {@code close} may take, from its source. */
    private static Duration constant(String role, String name) {
        Matcher found = Pattern.compile(name + " = Duration.ofSeconds\\((\\d+)\\)")
                .matcher(Infra.read(Path.of("src/main/java/flotilla/app", role + ".java")));
        assertThat(found.find()).as(role + "." + name).isTrue();
        return Duration.ofSeconds(Long.parseLong(found.group(1)));
    }

    @Test
    void gatewaysUnit_shouldHaveAFileForEachConnection() {
        assertThat(Integer.parseInt(unit("gateway").get("LimitNOFILE")))
                .isGreaterThan(3 * SETTINGS.http().maxConnections());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker"})
    void unit_shouldStartTheRoleAsItsOwnUserAndAlwaysAgain(String role) {
        Map<String, String> unit = unit(role);

        assertThat(unit).containsEntry("User", "flotilla").containsEntry("Restart", "always");
        assertThat(unit.get("ExecStart"))
                .endsWith("flotilla.jar " + role + " --config /etc/flotilla/" + role + ".conf");
        assertThat(unit).doesNotContainKey("MemoryDenyWriteExecute");
    }

    /** Options that the front door and the embedded cloud give a worker, but for its heap: a machine has it to itself. */
    @Test
    void workersUnit_shouldHaveTheOptionsOfEveryWorker() {
        List<String> given = Arrays.asList(unit("worker").get("ExecStart").split(" "));

        assertThat(given)
                .containsAll(SETTINGS.local().workerJvmOptions().stream()
                        .filter(option -> !option.startsWith("-Xmx") && !option.startsWith("-Xss"))
                        .toList());
    }

    /** However a worker is started; {@link NativeMemory} is the embedded cloud's way. */
    @Test
    void workersUnitAndFrontDoor_shouldTreatNativeMemoryAsTheEmbeddedCloudDoes() {
        Pattern ofUnit = Pattern.compile("(?m)^((?:MALLOC|GLIBC)_\\w+)=(.*)$");
        Pattern ofScript = Pattern.compile("(?m)^ *export ((?:MALLOC|GLIBC)_\\w+)=\"\\$\\{\\1:-(.*)}\"$");

        assertThat(pairs(ofUnit, unit("worker").get("Environment"))).isEqualTo(NativeMemory.ENVIRONMENT);
        assertThat(pairs(ofScript, Infra.read(Path.of("flotilla")))).isEqualTo(NativeMemory.ENVIRONMENT);
    }

    private static Map<String, String> pairs(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .collect(Collectors.toMap(found -> found.group(1), found -> found.group(2)));
    }

    @Test
    void dockerfile_shouldStartTheGatewayAsItsUnitDoes() {
        String file = Infra.read("docker/Dockerfile");
        List<String> unit = Arrays.stream(unit("gateway").get("ExecStart").split(" "))
                .filter(option -> option.startsWith("-XX") && !option.contains("Archive") && !option.contains("Unlock"))
                .toList();

        assertThat(unit).isNotEmpty().allSatisfy(option -> assertThat(file).contains('"' + option + '"'));
        assertThat(file.lines().filter(line -> line.startsWith("COPY ") && !line.contains("--from")))
                .isNotEmpty()
                .allSatisfy(line -> assertThat(Files.exists(Path.of(line.split(" ")[1])))
                        .as(line)
                        .isTrue());
        assertThat(Infra.read(Path.of(".dockerignore"))).contains("!src/main", "!models", "!samples", "!config");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker"})
    void systemd_shouldAcceptTheUnitAndFindItShutIn(String role) throws IOException {
        Optional<Path> systemd = Infra.program("systemd-analyze");
        assumeTrue(systemd.isPresent(), "there is no systemd-analyze here (on Debian: apt-get install systemd)");
        String name = "flotilla-" + role + ".service";
        // A program and a user that are there, in place of Java's, which this machine may have elsewhere.
        Path unit = Files.writeString(
                folder.resolve(name),
                Infra.read("systemd/" + name)
                        .replace("/usr/bin/java", "/bin/true")
                        .replace("=flotilla\nGroup=flotilla", "=root\nGroup=root"));

        Infra.Ended verified = Infra.run(folder, "", systemd.get().toString(), "verify", "--man=no", unit.toString());
        Infra.Ended security = Infra.run(
                folder, "", systemd.get().toString(), "security", "--no-pager", "--offline=true", unit.toString());

        assertThat(verified.output().lines().filter(line -> line.contains(name)))
                .isEmpty();
        assertThat(verified.status()).as(verified.output()).isZero();
        Matcher exposure = Pattern.compile("exposure level for .*: ([\\d.]+)").matcher(security.output());
        assertThat(exposure.find()).as(security.output()).isTrue();
        // Run as root it counts for a little more than it will.
        assertThat(Double.parseDouble(exposure.group(1))).isLessThan(MOST_EXPOSURE);
    }
}
