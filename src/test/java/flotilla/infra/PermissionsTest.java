package flotilla.infra;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import flotilla.infra.Hcl.Block;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The code's calls of AWS, the roles in Terraform and the table in {@code docs/aws.md} say the same. */
class PermissionsTest {
    /** The classes that a role starts from; commands that are run on a gateway's machine count with it. */
    private static final Map<String, String[]> ROOTS = Map.of(
            "gateway", new String[] {"flotilla.app.GatewayRole", "flotilla.app.RedriveCommand"},
            "worker", new String[] {"flotilla.app.WorkerRole"},
            "operator",
                    new String[] {
                        "flotilla.app.ProvisionCommand", "flotilla.app.DestroyCommand", "flotilla.app.DoctorCommand"
                    });

    /** For what is asked at boot, by the agent, or by EC2 itself while it carries out a call. */
    private static final String NO_CALL_OF_OURS = "–";

    private static final Map<String, Map<String, Set<String>>> CODE = new TreeMap<>();
    private static JavaClasses classes;

    /** A row of the table. */
    private record Row(String role, String permission, String calls) {}

    @BeforeAll
    static void readTheCode() {
        classes = RoleCalls.program();
        ROOTS.forEach((role, roots) -> CODE.put(role, RoleCalls.permissions(classes, roots)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker", "operator"})
    void table_shouldHaveEachCallOfTheCode(String role) {
        Map<String, Set<String>> table = new TreeMap<>();
        rows(role)
                .filter(row -> !row.calls().equals(NO_CALL_OF_OURS))
                .forEach(row -> table.computeIfAbsent(row.permission(), none -> new TreeSet<>())
                        .addAll(Arrays.asList(row.calls().split(", "))));

        assertThat(table).isEqualTo(CODE.get(role));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway", "worker"})
    void terraform_shouldGrantWhatTheTableHasAndNoMore(String role) {
        assertThat(granted(role))
                .isEqualTo(rows(role).map(Row::permission).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Set<String> granted(String role) {
        return Terraform.read()
                .blocks("data")
                .filter(one -> one.labels().get(0).equals("aws_iam_policy_document"))
                .filter(one -> one.labels().get(1).startsWith(role)
                        || one.labels().get(1).equals("logs"))
                .flatMap(one -> statements(one).stream())
                .filter(one -> !isDenied(one))
                .flatMap(one -> one.body().attribute("actions").orElseThrow().texts().stream())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean isDenied(Block statement) {
        return statement
                .body()
                .attribute("effect")
                .flatMap(Hcl.Expression::text)
                .equals(Optional.of("Deny"));
    }

    /** A worker decodes what strangers send: what it does not write it must not be able to write. */
    @Test
    void worker_shouldDeleteOnlyAttemptsAndWriteNothingOfTheGateways() {
        List<Block> statements = statements(Terraform.read().block("data", "aws_iam_policy_document", "worker"));

        assertThat(statements)
                .filteredOn(one -> !isDenied(one) && actions(one).contains("s3:DeleteObject"))
                .singleElement()
                .satisfies(one -> assertThat(
                                one.body().attribute("resources").orElseThrow().texts())
                        .contains("/attempts/*"));
        assertThat(statements)
                .filteredOn(PermissionsTest::isDenied)
                .singleElement()
                .satisfies(one -> {
                    assertThat(actions(one)).containsExactly("s3:PutObject", "s3:DeleteObject");
                    assertThat(one.body().attribute("resources").orElseThrow().all())
                            .anyMatch(part -> part instanceof Hcl.Reference reference
                                    && reference.names().equals(List.of("local", "gateways_folders")));
                });
    }

    /** An action that a role may take on one queue alone is of no use on another one. */
    @ParameterizedTest
    @CsvSource({
        "gateway, sqs:SendMessage, request response terminate-request",
        "gateway, sqs:ReceiveMessage, dead_letter response terminate-confirm terminate-request",
        "gateway, sqs:DeleteMessage, dead_letter response terminate-confirm terminate-request",
        "worker, sqs:SendMessage, dead_letter response terminate-confirm",
        "worker, sqs:ReceiveMessage, request terminate-request",
        "worker, sqs:DeleteMessage, request terminate-request"
    })
    void role_shouldReachTheQueuesThatItsCodeUses(String role, String action, String queues) {
        Terraform terraform = Terraform.read();

        assertThat(statements(terraform.block("data", "aws_iam_policy_document", role)))
                .filteredOn(one -> actions(one).contains(action))
                .singleElement()
                .satisfies(one -> assertThat(queues(
                                terraform, one.body().attribute("resources").orElseThrow()))
                        .containsExactlyInAnyOrder(queues.split(" ")));
    }

    /** The queues that an expression names: of those that are made in a loop one by its index, or else all. */
    private static List<String> queues(Terraform terraform, Hcl.Expression resources) {
        return resources
                .all()
                .filter(Hcl.Reference.class::isInstance)
                .map(Hcl.Reference.class::cast)
                .filter(one -> one.root().equals("aws_sqs_queue"))
                .flatMap(one -> {
                    String name = one.names().get(1);
                    if (!name.equals("plain")) {
                        return Stream.of(name);
                    }
                    return one.indices().isEmpty()
                            ? terraform.local("plain_queues").texts().stream()
                            : one.indices().stream().flatMap(index -> index.text().stream());
                })
                .toList();
    }

    private static List<String> actions(Block statement) {
        return statement.body().attribute("actions").orElseThrow().texts();
    }

    private static List<Block> statements(Block document) {
        return Stream.concat(
                        document.body().blocks("statement"),
                        document.body()
                                .blocks("dynamic")
                                .flatMap(dynamic -> dynamic.body().blocks("content")))
                .toList();
    }

    /** Otherwise the role would be wider than the table says. */
    @Test
    void policies_shouldBeThoseThatAreCounted() {
        assertThat(Terraform.read()
                        .blocks("data")
                        .filter(one -> one.labels().get(0).equals("aws_iam_policy_document"))
                        .map(one -> one.labels().get(1)))
                .allMatch(name -> name.matches("(gateway|worker)(_.*)?|logs|ec2_assumes|only_over_tls"));
        assertThat(Terraform.read().blocks("resource").map(one -> one.labels().get(0)))
                .doesNotContain("aws_iam_role_policy_attachment", "aws_iam_policy_attachment");
    }

    /** Launch templates and groups are made by Terraform or by the one who sets the system up, not by a role. */
    @Test
    void makingThings_shouldBeNoRolesBusiness() {
        Set<String> making = Set.of(
                "ec2:CreateLaunchTemplate",
                "ec2:CreateLaunchTemplateVersion",
                "ec2:DeleteLaunchTemplate",
                "sqs:CreateQueue",
                "sqs:DeleteQueue",
                "s3:CreateBucket",
                "s3:DeleteBucket",
                "autoscaling:CreateAutoScalingGroup",
                "autoscaling:UpdateAutoScalingGroup");

        Stream.of("gateway", "worker")
                .forEach(role -> assertThat(CODE.get(role).keySet()).as(role).doesNotContainAnyElementsOf(making));
        assertThat(RoleCalls.callers(classes, making)).allMatch(name -> name.contains("Provision"));
    }

    /** The analysis must see calls at all, those in lambdas and behind ports too. */
    @Test
    void analysis_shouldFindWhatIsKnownToBeThere() {
        assertThat(CODE.get("gateway")).containsKeys("ec2:RunInstances", "sqs:SendMessage", "s3:DeleteObject");
        assertThat(CODE.get("worker")).containsKeys("sqs:ReceiveMessage", "s3:PutObject");
        assertThat(CODE.get("worker").keySet()).noneMatch(one -> one.startsWith("ec2:") || one.startsWith("sns:"));
    }

    private static Stream<Row> rows(String role) {
        return Infra.read(Path.of("docs/aws.md"))
                .lines()
                .map(line -> line.split("\\|"))
                .filter(cells -> cells.length >= 5 && cells[1].strip().equals(role))
                .flatMap(cells -> Arrays.stream(cells[2].split(","))
                        .map(permission -> new Row(role, plain(permission), plain(cells[4]))));
    }

    private static String plain(String cell) {
        return cell.replace("`", "").strip();
    }
}
