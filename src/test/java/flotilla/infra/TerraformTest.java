package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import flotilla.infra.Hcl.Attribute;
import flotilla.infra.Hcl.Block;
import flotilla.infra.Hcl.Document;
import flotilla.infra.Hcl.Expression;
import flotilla.infra.Hcl.Reference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules that need no provider: what Terraform itself would find, and what we ask beyond that. */
class TerraformTest {
    private static final Set<String> OWN_ROOTS = Set.of("each", "count", "self", "path", "terraform");

    private final Terraform terraform = Terraform.read();

    @Test
    void parser_shouldReadWhatTheLanguageHas() {
        Document read = HclParser.parse("""
                a = 1 # why
                block "x" y {
                  list = [for k, v in var.m : "${k}-${v["q"]}" if v != null]
                  map  = { for k in local.all : k => upper(k)... }
                  pick = (
                    var.a ? -1 : !var.b || x.y[*].z[0].w == "$${no}"
                  )
                  text = <<-END
                    one ${local.two}
                  END
                  object = {
                    "a:b" = 1, c = d.e
                    f : [1,
                      2]
                  }
                }
                """);

        assertThat(read.comments()).containsEntry(1, "# why");
        Block block = read.body().blocks("block").findFirst().orElseThrow();
        assertThat(block.labels()).containsExactly("x", "y");
        assertThat(references(block.body().expressions()))
                .extracting(one -> String.join(".", one.names()))
                .contains("var.m", "local.all", "var.a", "var.b", "x.y.z.w", "local.two", "d.e", "v", "k");
        assertThat(block.body().attribute("text").orElseThrow().texts().get(0)).contains("one");
        assertThat(((Hcl.Fields) block.body().attribute("object").orElseThrow()).value("a:b"))
                .isPresent();
    }

    @Test
    void parser_shouldTellTheLineOfAMistake() {
        assertThatThrownBy(() -> HclParser.parse("a = 1\nb {\n  c = [1, 2\n}\n"))
                .hasMessageStartingWith("line 4: wanted ,");
        assertThatThrownBy(() -> HclParser.parse("a = 1\nb = \"x\n")).hasMessageStartingWith("line 2: a quote");
        assertThatThrownBy(() -> HclParser.parse("a = 1 b = 2")).hasMessageContaining("the end of the line");
    }

    @Test
    void everyReference_shouldBeToSomethingThatIsThere() {
        Set<String> there = new HashSet<>();
        terraform
                .blocks("variable")
                .forEach(one -> there.add("var." + one.labels().get(0)));
        terraform.locals().forEach(one -> there.add("local." + one));
        terraform.blocks("resource").forEach(one -> there.add(String.join(".", one.labels())));
        terraform.blocks("data").forEach(one -> there.add("data." + String.join(".", one.labels())));
        terraform.files().forEach((file, document) -> {
            Scope scope = new Scope(there, file, new ArrayList<>());
            scope.check(document.body());
            assertThat(scope.unknown()).isEmpty();
        });
    }

    /** Names that are not there, with the variables of loops and dynamic blocks that are known where we look. */
    private record Scope(Set<String> there, Path file, List<String> unknown) {
        void check(Hcl.Body body) {
            check(body, Set.of());
        }

        private void check(Hcl.Body body, Set<String> variables) {
            // What follows ignore_changes are names of the block itself.
            body.attributes().stream()
                    .filter(one -> !one.name().equals("ignore_changes"))
                    .forEach(one -> check(one.value(), variables));
            for (Block block : body.blocks()) {
                Set<String> inner = new HashSet<>(variables);
                if (block.type().equals("dynamic")) {
                    inner.add(block.labels().get(0));
                }
                check(block.body(), inner);
            }
        }

        private void check(Expression expression, Set<String> variables) {
            Set<String> inner = new HashSet<>(variables);
            if (expression instanceof Hcl.Comprehension loop) {
                inner.addAll(loop.variables());
            }
            if (expression instanceof Reference reference && !isKnown(reference, variables)) {
                unknown.add(file.getFileName() + ":" + reference.line() + " " + String.join(".", reference.names()));
            }
            expression.parts().forEach(part -> check(part, inner));
        }

        private boolean isKnown(Reference reference, Set<String> variables) {
            List<String> names = reference.names();
            if (OWN_ROOTS.contains(reference.root()) || variables.contains(reference.root())) {
                return true;
            }
            int length = reference.root().equals("data") ? 3 : 2;
            // Types of variables.
            if (names.size() == 1) {
                return Set.of("string", "number", "bool", "any").contains(reference.root());
            }
            return names.size() >= length && there.contains(String.join(".", names.subList(0, length)));
        }
    }

    @Test
    void everyVariableAndLocal_shouldBeUsed() {
        List<String> used = references(terraform.expressions())
                .map(one -> String.join(
                        ".", one.names().subList(0, Math.min(2, one.names().size()))))
                .toList();

        assertThat(terraform.blocks("variable").map(one -> "var." + one.labels().get(0)))
                .allSatisfy(
                        name -> assertThat(usedElsewhere(name, used)).as(name).isTrue());
        assertThat(terraform.locals().stream().map(one -> "local." + one)).isSubsetOf(used);
    }

    /** A variable's own validation is no use of it. */
    private boolean usedElsewhere(String name, List<String> used) {
        long own = references(terraform
                        .block("variable", name.substring("var.".length()))
                        .body()
                        .expressions())
                .filter(one -> String.join(".", one.names()).equals(name))
                .count();
        return used.stream().filter(name::equals).count() > own;
    }

    @Test
    void everyVariable_shouldSayWhatItIs() {
        assertThat(terraform.blocks("variable")).isNotEmpty().allSatisfy(this::saysWhatItIs);
        assertThat(terraform.blocks("output"))
                .allSatisfy(one -> assertThat(one.body().attribute("description"))
                        .as(one.labels().toString())
                        .isPresent());
    }

    private void saysWhatItIs(Block variable) {
        assertThat(variable.body().attribute("type"))
                .as(variable.labels().toString())
                .isPresent();
        assertThat(variable.body()
                        .attribute("description")
                        .flatMap(Expression::text)
                        .orElse(""))
                .as(variable.labels().toString())
                .hasSizeGreaterThan(15)
                .matches(text -> text.endsWith(".") || text.contains("aws iam "), "ends with a full stop");
    }

    @Test
    void packer_shouldParseAndSayWhatItsVariablesAre() {
        Document packer = HclParser.parse(Infra.read("packer/flotilla.pkr.hcl"));

        assertThat(packer.body().blocks("variable")).isNotEmpty().allSatisfy(this::saysWhatItIs);
        List<String> used = references(packer.body().expressions())
                .map(one -> String.join(".", one.names()))
                .toList();
        assertThat(packer.body()
                        .blocks("variable")
                        .map(one -> "var." + one.labels().get(0)))
                .isSubsetOf(used);
    }

    @Test
    void example_shouldSetVariablesThatThereAreAndAllThatHaveNoDefault() {
        List<String> set =
                HclParser.parse(Infra.read("terraform/terraform.tfvars.example")).body().attributes().stream()
                        .map(Attribute::name)
                        .toList();

        assertThat(terraform.blocks("variable").map(one -> one.labels().get(0))).containsAll(set);
        assertThat(terraform
                        .blocks("variable")
                        .filter(one -> one.body().attribute("default").isEmpty())
                        .map(one -> one.labels().get(0)))
                .isSubsetOf(set);
    }

    @Test
    void wildcards_shouldHaveACommentThatSaysWhy() {
        List<String> silent = new ArrayList<>();
        terraform
                .files()
                .forEach((file, document) -> document.body()
                        .blocks("data")
                        .filter(one -> one.labels().get(0).equals("aws_iam_policy_document"))
                        .flatMap(one -> Stream.concat(
                                one.body().blocks("statement"),
                                one.body()
                                        .blocks("dynamic")
                                        .flatMap(dynamic -> dynamic.body().blocks("content"))))
                        .flatMap(statement -> statement.body().attributes().stream())
                        .filter(one -> isWild(one) && !document.comments().containsKey(one.line() - 1))
                        .forEach(one -> silent.add(file.getFileName() + ":" + one.line())));

        assertThat(silent).isEmpty();
    }

    private static boolean isWild(Attribute attribute) {
        return switch (attribute.name()) {
            case "actions" -> attribute.value().texts().stream().anyMatch(text -> text.contains("*"));
            case "resources" -> wholeTexts(attribute.value()).anyMatch("*"::equals);
            default -> false;
        };
    }

    /** Constant texts that are no pieces of others. */
    private static Stream<String> wholeTexts(Expression expression) {
        return expression instanceof Hcl.Template
                ? Stream.empty()
                : Stream.concat(expression.text().stream(), expression.parts().flatMap(TerraformTest::wholeTexts));
    }

    @Test
    void files_shouldBeFormattedAsTerraformDoes() {
        Stream.concat(
                        Infra.files(Infra.TERRAFORM, ".tf").stream(),
                        Stream.of(
                                Infra.TERRAFORM.resolve("terraform.tfvars.example"),
                                Infra.FOLDER.resolve("packer/flotilla.pkr.hcl")))
                .forEach(file -> assertThat(HclFormat.mistakes(Infra.read(file)))
                        .as(file.toString())
                        .isEmpty());
    }

    @Test
    void terraform_shouldFindNothingToFormat() {
        Optional<Path> program = Infra.program("terraform");
        assumeTrue(program.isPresent(), "there is no terraform here; our own parser and rules stand alone");

        Infra.Ended ended =
                Infra.run(Infra.TERRAFORM, "", program.get().toString(), "fmt", "-check", "-diff", "-recursive", ".");

        assertThat(ended.output()).isEmpty();
        assertThat(ended.status()).isZero();
    }

    private static Stream<Reference> references(Stream<Expression> expressions) {
        return expressions
                .flatMap(Expression::all)
                .filter(Reference.class::isInstance)
                .map(Reference.class::cast);
    }
}
