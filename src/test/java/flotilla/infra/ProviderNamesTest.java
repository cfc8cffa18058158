package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import flotilla.infra.Hcl.Block;
import flotilla.infra.Hcl.Body;
import flotilla.infra.Hcl.Expression;
import flotilla.infra.Hcl.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** No argument, block or attribute that the AWS provider does not have; its names are in a list of their own. */
class ProviderNamesTest {
    private static final Path LIST = Path.of("src/test/resources/terraform/aws-provider.txt");
    /** Terraform's own, for every resource. */
    private static final Set<String> OF_ALL = Set.of("count", "for_each", "depends_on", "provider", "lifecycle");

    private final Terraform terraform = Terraform.read();
    /** By kind and type, such as {@code resource aws_lb}: names, those in blocks with dots. */
    private final Map<String, Set<String>> known = new HashMap<>();
    /** Those that must be given, likewise. */
    private final Map<String, Set<String>> required = new HashMap<>();

    ProviderNamesTest() {
        String type = "";
        for (String line : Infra.read(LIST).lines().toList()) {
            if (line.startsWith("[")) {
                type = line.substring(1, line.length() - 1);
                known.put(type, new HashSet<>());
                required.put(type, new HashSet<>());
            } else if (!line.isBlank() && !line.startsWith("#")) {
                String name = line.split(" ")[0];
                known.get(type).add(name);
                if (!name.equals(line)) {
                    required.get(type).add(name);
                }
            }
        }
    }

    @Test
    void everyArgument_shouldBeOneOfTheProvider() {
        List<String> unknown = new ArrayList<>();
        for (String kind : List.of("resource", "data")) {
            terraform.blocks(kind).forEach(block -> {
                String type = kind + " " + block.labels().get(0);
                assertThat(known).as("what is listed in " + LIST).containsKey(type);
                check(type, "", block.body(), unknown);
            });
        }

        assertThat(unknown).isEmpty();
    }

    private void check(String type, String path, Body body, List<String> unknown) {
        body.attributes().stream()
                .filter(one -> !(path.isEmpty() && OF_ALL.contains(one.name())))
                .filter(one -> !known.get(type).contains(path + one.name()))
                .forEach(one -> unknown.add(type + " " + path + one.name()));
        Set<String> given = new HashSet<>();
        body.attributes().forEach(one -> given.add(path + one.name()));
        body.blocks()
                .forEach(one -> given.add(
                        path + (one.type().equals("dynamic") ? one.labels().get(0) : one.type())));
        required.get(type).stream()
                .filter(name -> name.lastIndexOf('.') + 1 == path.length() && name.startsWith(path))
                .filter(name -> !given.contains(name))
                .forEach(name -> unknown.add(type + " lacks " + name));
        for (Block block : body.blocks()) {
            boolean dynamic = block.type().equals("dynamic");
            String name = path + (dynamic ? block.labels().get(0) : block.type());
            if (path.isEmpty() && OF_ALL.contains(name)) {
                continue;
            }
            if (!known.get(type).contains(name)) {
                unknown.add(type + " block " + name);
            }
            Body content = dynamic
                    ? block.body().blocks("content").findFirst().orElseThrow().body()
                    : block.body();
            check(type, name + ".", content, unknown);
        }
    }

    @Test
    void everyAttributeReferredTo_shouldBeOneOfTheProvider() {
        List<String> unknown = new ArrayList<>();
        terraform
                .expressions()
                .flatMap(Expression::all)
                .filter(Reference.class::isInstance)
                .map(one -> ((Reference) one).names())
                .forEach(names -> {
                    boolean data = names.get(0).equals("data");
                    int attribute = data ? 3 : 2;
                    String type = data ? "data " + names.get(1) : "resource " + names.get(0);
                    if (known.containsKey(type)
                            && names.size() > attribute
                            && !known.get(type).contains(names.get(attribute))) {
                        unknown.add(String.join(".", names));
                    }
                });

        assertThat(unknown).isEmpty();
    }
}
