package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The plans in {@code infra/terraform/tests}, made by Terraform and the AWS provider, which must both be on this machine: nothing is
 * fetched. The provider is looked for in {@code FLOTILLA_TERRAFORM_PLUGINS} and where Terraform itself looks.
 *
 * @see <a href="https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories">its folders</a>
 */
class TerraformPlansIT {
    private static final String PROVIDER = "registry.terraform.io/hashicorp/aws";

    @TempDir
    private Path folder;

    @Test
    void choices_shouldGivePlansOrBeRefused() throws IOException {
        Optional<Path> terraform = Infra.program("terraform");
        Optional<Path> plugins = plugins();
        assumeTrue(terraform.isPresent(), "there is no terraform here, which makes the plans");
        assumeTrue(plugins.isPresent(), "there is no folder here with " + PROVIDER + " (FLOTILLA_TERRAFORM_PLUGINS)");
        for (Path file : Infra.files(Infra.TERRAFORM, "")) {
            Path copy = folder.resolve(Infra.TERRAFORM.relativize(file).toString());
            if (!copy.toString().contains("/.terraform")) {
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        String program = terraform.get().toString();

        Infra.Ended ready =
                Infra.run(folder, "", program, "init", "-no-color", "-backend=false", "-plugin-dir=" + plugins.get());
        assertThat(ready.status()).as(ready.output()).isZero();
        Infra.Ended planned = Infra.run(folder, "", program, "test", "-no-color", "-var-file=terraform.tfvars.example");

        assertThat(planned.status()).as(planned.output()).isZero();
        assertThat(planned.output()).contains("0 failed");
    }

    private static Optional<Path> plugins() {
        String home = System.getProperty("user.home");
        return Stream.of(
                        Optional.ofNullable(System.getenv("FLOTILLA_TERRAFORM_PLUGINS")).stream(),
                        Stream.of(
                                home + "/.terraform.d/plugins",
                                "/usr/local/share/terraform/plugins",
                                "/usr/share/terraform/plugins"))
                .flatMap(one -> one)
                .map(Path::of)
                .filter(one -> Files.isDirectory(one.resolve(PROVIDER)))
                .findFirst();
    }
}
