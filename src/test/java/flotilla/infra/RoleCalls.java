package flotilla.infra;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.properties.HasName;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a role asks of AWS, from the byte code: the calls of the SDK's clients and of the S3 connector in methods that can be
 * reached from the role's first ones. A call of an interface or a base class reaches every class that is made on the way (rapid
 * type analysis, Bacon and Sweeney 1996); what overrides a library's method is reached when its class is made.
 */
final class RoleCalls {
    private static final String OURS = "flotilla.";
    private static final String SDK = "software.amazon.awssdk.services.";
    private static final String S3 = "org.apache.pekko.stream.connectors.s3.javadsl.S3";
    /** A copy is a request of our own: it reads one object and writes another. */
    private static final Map<String, List<String>> S3_PERMISSIONS = Map.of(
            "putObject", List.of("s3:PutObject"),
            "getObject", List.of("s3:GetObject"),
            "listBucket", List.of("s3:ListBucket"),
            "deleteObject", List.of("s3:DeleteObject"),
            "request", List.of("s3:GetObject", "s3:PutObject"));

    /** IAM's names for those calls whose permission is called otherwise. */
    private static final Map<String, List<String>> OTHERWISE = Map.ofEntries(
            Map.entry("s3:HeadBucket", List.of("s3:ListBucket")),
            Map.entry("s3:ListObjectsV2", List.of("s3:ListBucket")),
            Map.entry("s3:ListBuckets", List.of("s3:ListAllMyBuckets")),
            Map.entry("s3:GetPublicAccessBlock", List.of("s3:GetBucketPublicAccessBlock")),
            Map.entry("s3:PutPublicAccessBlock", List.of("s3:PutBucketPublicAccessBlock")),
            Map.entry("s3:GetBucketEncryption", List.of("s3:GetEncryptionConfiguration")),
            Map.entry("s3:PutBucketEncryption", List.of("s3:PutEncryptionConfiguration")),
            Map.entry("s3:GetBucketLifecycleConfiguration", List.of("s3:GetLifecycleConfiguration")),
            Map.entry("s3:PutBucketLifecycleConfiguration", List.of("s3:PutLifecycleConfiguration")),
            Map.entry("s3:DeleteObjects", List.of("s3:DeleteObject")),
            Map.entry("sqs:CreateQueue", List.of("sqs:CreateQueue", "sqs:TagQueue")));

    private static final Set<String> NO_REQUESTS = Set.of("builder", "close", "waiter", "serviceName", "create");

    private final Set<JavaCodeUnit> reached = new HashSet<>();
    private final Deque<JavaCodeUnit> pending = new ArrayDeque<>();
    private final Set<JavaClass> made = new HashSet<>();
    /** Methods of ours that are called, whatever overrides them. */
    private final Set<JavaMethod> called = new HashSet<>();

    private RoleCalls() {}

    static JavaClasses program() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("flotilla");
    }

    /** Permissions with the calls that need them, each {@code Client.method}, in what can be reached from these classes. */
    static Map<String, Set<String>> permissions(JavaClasses classes, String... roots) {
        RoleCalls calls = new RoleCalls();
        Stream.of(roots)
                .map(classes::get)
                .flatMap(root -> root.getCodeUnits().stream())
                .forEach(calls::reach);
        calls.run();
        Map<String, Set<String>> permissions = new TreeMap<>();
        calls.reached.stream()
                .flatMap(unit -> unit.getMethodCallsFromSelf().stream())
                .forEach(call -> permissionsOf(call.getTargetOwner(), call.getName())
                        .forEach(one -> permissions
                                .computeIfAbsent(one, none -> new TreeSet<>())
                                .add(call.getTargetOwner().getSimpleName() + "." + call.getName())));
        return permissions;
    }

    private static List<String> permissionsOf(JavaClass owner, String method) {
        if (owner.getName().equals(S3)) {
            if (!S3_PERMISSIONS.containsKey(method)) {
                throw new AssertionError("S3." + method + " is new: say here which permissions it needs");
            }
            return S3_PERMISSIONS.get(method);
        }
        boolean client =
                owner.getName().startsWith(SDK) && owner.getSimpleName().endsWith("AsyncClient");
        if (!client || NO_REQUESTS.contains(method)) {
            return List.of();
        }
        String service = owner.getName().substring(SDK.length()).split("\\.")[0];
        String operation = method.replaceAll("Paginator$", "");
        // A batch of SQS needs the permission of the single call.
        operation = service.equals("sqs") ? operation.replaceAll("Batch$", "") : operation;
        String permission = service + ":" + operation.substring(0, 1).toUpperCase(Locale.ROOT) + operation.substring(1);
        return OTHERWISE.getOrDefault(permission, List.of(permission));
    }

    private void run() {
        while (!pending.isEmpty()) {
            JavaCodeUnit unit = pending.pop();
            unit.getMethodCallsFromSelf()
                    .forEach(call -> call.getTarget().resolveMember().ifPresent(this::called));
            unit.getMethodReferencesFromSelf()
                    .forEach(reference -> reference.getTarget().resolveMember().ifPresent(this::called));
            unit.getConstructorCallsFromSelf().forEach(call -> {
                call.getTarget().resolveMember().ifPresent(this::reach);
                make(call.getTargetOwner());
            });
            unit.getConstructorReferencesFromSelf().forEach(reference -> {
                reference.getTarget().resolveMember().ifPresent(this::reach);
                make(reference.getTargetOwner());
            });
        }
    }

    private void reach(JavaCodeUnit unit) {
        if (isOurs(unit.getOwner()) && reached.add(unit)) {
            pending.push(unit);
            // Constants and static fields of a class that is used.
            unit.getOwner().getStaticInitializer().ifPresent(this::reach);
        }
    }

    private void called(JavaMethod method) {
        reach(method);
        if (isOurs(method.getOwner()) && called.add(method)) {
            made.forEach(one -> override(one, method));
        }
    }

    private void make(JavaClass one) {
        if (!isOurs(one) || !made.add(one)) {
            return;
        }
        Set.copyOf(called).forEach(method -> override(one, method));
        Set<String> librarys = Stream.concat(one.getAllRawSuperclasses().stream(), one.getAllRawInterfaces().stream())
                .filter(above -> !isOurs(above))
                .flatMap(above -> above.getMethods().stream())
                .map(HasName::getName)
                .collect(Collectors.toSet());
        Stream.concat(Stream.of(one), one.getAllRawSuperclasses().stream())
                .filter(RoleCalls::isOurs)
                .flatMap(above -> above.getMethods().stream())
                .filter(method -> librarys.contains(method.getName()))
                .forEach(this::called);
    }

    private void override(JavaClass one, JavaMethod method) {
        if (one.isAssignableTo(method.getOwner().getName())) {
            Stream.concat(Stream.of(one), one.getAllRawSuperclasses().stream())
                    .filter(RoleCalls::isOurs)
                    .flatMap(above -> above.getMethods().stream())
                    .filter(own -> own.getName().equals(method.getName())
                            && own.getRawParameterTypes().size()
                                    == method.getRawParameterTypes().size())
                    .forEach(this::reach);
        }
    }

    private static boolean isOurs(JavaClass one) {
        return one.getName().startsWith(OURS);
    }

    /** Classes that make the calls which need one of these permissions, whoever reaches them. */
    static Set<String> callers(JavaClasses classes, Set<String> permissions) {
        return classes.stream()
                .filter(one -> one.getMethodCallsFromSelf().stream()
                        .anyMatch(call -> permissionsOf(call.getTargetOwner(), call.getName()).stream()
                                .anyMatch(permissions::contains)))
                .map(JavaClass::getSimpleName)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
