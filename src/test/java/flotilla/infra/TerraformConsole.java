package flotilla.infra;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Terraform's console over our variables and locals, without resources and so without a provider: what only AWS could tell has
 * stand-ins. Skips the test where there is no Terraform.
 */
final class TerraformConsole {
    private static final Pattern LOCALS = Pattern.compile("(?ms)^locals \\{$.*?^}$");
    private static final List<List<String>> STAND_INS = List.of(
            List.of("data.aws_partition.current.partition", "\"aws\""),
            List.of("data.aws_caller_identity.current.account_id", "\"123456789012\""),
            List.of("local.private_subnet_ids", "[\"subnet-1\", \"subnet-2\"]"),
            List.of("aws_instance.gateway", "[{ private_ip = \"10.42.0.10\" }]"),
            List.of("aws_subnet.public[0].cidr_block", "\"10.42.0.0/20\""));

    private final Path folder;
    private final Path program;

    private TerraformConsole(Path folder, Path program) {
        this.folder = folder;
        this.program = program;
    }

    /**
     * @param folder to work in
     */
    static TerraformConsole in(Path folder) {
        Optional<Path> program = Infra.program("terraform");
        assumeTrue(program.isPresent(), "there is no terraform here, which computes what is asked for");
        return new TerraformConsole(folder, program.get());
    }

    /**
     * The text that an expression gives, or Terraform's complaint.
     *
     * @param variables besides those of the example, as in a file of variables
     */
    String evaluated(String variables, String expression) throws IOException {
        for (Path file : Infra.files(Infra.TERRAFORM, ".tf")) {
            String name = file.getFileName().toString();
            String text = Infra.read(file);
            Files.writeString(folder.resolve(name), name.startsWith("variables") ? text : locals(text));
        }
        Files.createDirectories(folder.resolve("templates"));
        Files.writeString(
                folder.resolve("templates/gateway.sh.tftpl"), Infra.read("terraform/templates/gateway.sh.tftpl"));
        Files.writeString(folder.resolve("terraform.tfvars"), Infra.read("terraform/terraform.tfvars.example"));
        Files.writeString(folder.resolve("more.auto.tfvars"), variables);
        String output = Infra.run(
                        folder, "jsonencode(" + expression + ")\n", program.toString(), "console", "-no-color")
                .output()
                .strip();
        // The console shows a text in quotes; within is the JSON of what was asked for.
        return output.startsWith("\"") ? text(text(output)) : output;
    }

    /** Those blocks of locals that need nothing else, with stand-ins. */
    private static String locals(String text) {
        return LOCALS.matcher(text)
                .results()
                .map(found -> standIn(found.group()))
                .filter(block -> !block.contains("aws_") && !block.contains("data."))
                .collect(Collectors.joining("\n"));
    }

    private static String standIn(String text) {
        String replaced = text;
        for (List<String> one : STAND_INS) {
            replaced = replaced.replace(one.get(0), one.get(1));
        }
        return replaced;
    }

    private static String text(String json) throws IOException {
        return new ObjectMapper().readValue(json, String.class);
    }
}
