package flotilla.local;

import flotilla.domain.InstanceId;
import flotilla.local.LocalInstances.StateChange;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/** What each action of the EC2 Query API that changes something does, and how its answer reads. */
final class Ec2Actions implements QueryApi {
    private final LocalInstances instances;
    private final LaunchTemplates templates;
    private final TemplateActions templateActions;
    private final TagActions tagActions;
    private final Ec2Descriptions descriptions;

    Ec2Actions(LocalInstances instances, LaunchTemplates templates) {
        this.instances = instances;
        this.templates = templates;
        this.templateActions = new TemplateActions(templates);
        this.tagActions = new TagActions(instances, templates);
        this.descriptions = new Ec2Descriptions(instances);
    }

    @Override
    public String answer(String action, String requestId, Consumer<Xml> inside) {
        return Xml.ec2Response(action, requestId, inside);
    }

    @Override
    public String refusal(Ec2Exception error, String requestId) {
        return Xml.ec2Error(error, requestId);
    }

    @Override
    public Consumer<Xml> perform(Ec2Request request) {
        return switch (request.action()) {
            case "RunInstances" -> runInstances(request);
            case "TerminateInstances" -> changeState(request, instances::terminate);
            case "StopInstances" -> {
                request.ignore("Force", "Hibernate", "SkipOsShutdown");
                yield changeState(request, instances::stop);
            }
            case "StartInstances" -> {
                request.ignore("AdditionalInfo");
                yield changeState(request, instances::start);
            }
            case "ModifyInstanceAttribute" -> changeUserData(request);
            case "CreateTags" -> tagActions.create(request);
            case "DeleteTags" -> tagActions.delete(request);
            case "CreateLaunchTemplate",
                    "CreateLaunchTemplateVersion",
                    "DeleteLaunchTemplate",
                    "DescribeLaunchTemplates",
                    "DescribeLaunchTemplateVersions" -> templateActions.perform(request);
            default -> descriptions.describe(request);
        };
    }

    private Consumer<Xml> runInstances(Ec2Request request) {
        int most = positive(request, "MaxCount");
        int least = positive(request, "MinCount");
        if (least > most) {
            throw Ec2Exception.invalidValue("MinCount", String.valueOf(least));
        }
        Optional<String> token = request.get("ClientToken");
        token.filter(text -> text.length() > 64).ifPresent(text -> {
            throw Ec2Exception.invalidValue("clientToken", text);
        });
        LaunchParameters template = LaunchTemplates.Reference.of(request)
                .map(reference -> templates.require(reference).data())
                .orElse(LaunchParameters.NONE);
        LaunchParameters parameters = LaunchParameters.of(request, "").over(template);
        LaunchSpec spec = parameters.spec(token);
        requireNoDryRun(request);
        List<LocalInstance> launched = instances.launch(spec, parameters.tags(), most, request.fingerprint());
        return xml -> Ec2Descriptions.reservation(xml, launched);
    }

    private Consumer<Xml> changeState(Ec2Request request, Function<List<InstanceId>, List<StateChange>> change) {
        List<InstanceId> ids = instanceIds(request);
        if (ids.isEmpty()) {
            throw Ec2Exception.missing("InstanceId");
        }
        requireNoDryRun(request);
        List<StateChange> changes = change.apply(ids);
        return xml -> xml.list(
                "instancesSet",
                changes,
                one -> xml.put("instanceId", one.id())
                        .nest("currentState", state -> Ec2Descriptions.state(state, one.current()))
                        .nest("previousState", state -> Ec2Descriptions.state(state, one.previous())));
    }

    /** Of what EC2 can change of an instance, user data is all that means something here. */
    private Consumer<Xml> changeUserData(Ec2Request request) {
        InstanceId id = Ec2Descriptions.instanceId(request.require("InstanceId"));
        String userData = request.require("UserData.Value");
        LaunchParameters.requireUserData(userData);
        requireNoDryRun(request);
        instances.changeUserData(id, userData);
        return xml -> xml.put("return", true);
    }

    /** @throws Ec2Exception when a parameter is unknown, and at the end of a dry run */
    static void requireNoDryRun(Ec2Request request) {
        boolean dryRun = request.flag("DryRun");
        request.requireAllRead();
        if (dryRun) {
            throw new Ec2Exception("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        }
    }

    private static List<InstanceId> instanceIds(Ec2Request request) {
        return request.list("InstanceId").stream()
                .distinct()
                .map(Ec2Descriptions::instanceId)
                .toList();
    }

    private static int positive(Ec2Request request, String name) {
        int value = request.number(name).orElseThrow(() -> Ec2Exception.missing(name));
        if (value < 1) {
            throw Ec2Exception.invalidValue(name, String.valueOf(value));
        }
        return value;
    }
}
