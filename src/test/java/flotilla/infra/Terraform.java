package flotilla.infra;

import flotilla.infra.Hcl.Block;
import flotilla.infra.Hcl.Document;
import flotilla.infra.Hcl.Expression;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The Terraform files, read. */
final class Terraform {
    private final Map<Path, Document> files = new TreeMap<>();

    private Terraform() {}

    static Terraform read() {
        Terraform terraform = new Terraform();
        for (Path file : Infra.files(Infra.TERRAFORM, ".tf")) {
            try {
                terraform.files.put(file, HclParser.parse(Infra.read(file)));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(file.getFileName() + ", " + e.getMessage(), e);
            }
        }
        return terraform;
    }

    Map<Path, Document> files() {
        return files;
    }

    /** Blocks of the outermost level. */
    Stream<Block> blocks(String type) {
        return files.values().stream().flatMap(file -> file.body().blocks(type));
    }

    Block block(String type, String... labels) {
        return blocks(type)
                .filter(one -> one.labels().equals(List.of(labels)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " " + List.of(labels)));
    }

    /** The default of a variable; empty when it has none. */
    Optional<Expression> variable(String name) {
        return block("variable", name).body().attribute("default");
    }

    Expression local(String name) {
        return blocks("locals")
                .flatMap(one -> one.body().attribute(name).stream())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no local." + name));
    }

    /** The names of all locals. */
    List<String> locals() {
        return blocks("locals")
                .flatMap(one -> one.body().attributes().stream())
                .map(Hcl.Attribute::name)
                .toList();
    }

    Stream<Expression> expressions() {
        return files.values().stream().flatMap(file -> file.body().expressions());
    }
}
