package io.eventsource.web;

import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import javax.management.ObjectName;

import com.sun.management.UnixOperatingSystemMXBean;

/**
 * What an application holds at a moment, after a garbage collection.
 *
 * @param clients the connections that its streams know
 * @param unclosed the connections that were opened and not closed
 * @param subscriptions the subscriptions to its publishers
 * @param histories the histories that are open
 * @param objects how many objects there are of each class that stands for a client
 * @param streams how many streams there are, with those of one client
 * @param descriptors the open file descriptors
 * @param threads the threads that are not the container's
 * @param containerThreads the threads of the container
 * @param live the bytes of all live objects
 */
record Figures(int clients, int unclosed, int subscriptions, int histories, Map<String, Long> objects, long streams,
		long descriptors, long threads, long containerThreads, long live) {

	private static final Set<String> OF_A_CLIENT = Set.of("io.eventsource.engine.delivery.ClientCursor",
			"io.eventsource.engine.delivery.HistoryReplay", "io.eventsource.web.SseEmitterSink",
			"org.springframework.web.servlet.mvc.method.annotation.SseEmitter");

	private static final String STREAM = "io.eventsource.engine.EventStream";

	static Figures look(int clients, int unclosed, int subscriptions, int histories) throws Exception {
		String histogram = (String) ManagementFactory.getPlatformMBeanServer()
			.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"), "gcClassHistogram",
					new Object[] { new String[0] }, new String[] { String[].class.getName() });
		Map<String, Long> objects = new TreeMap<>();
		long streams = 0;
		long live = 0;
		for (String line : histogram.lines().toList()) {
			// number, instances, bytes, class, perhaps module; or Total, instances, bytes
			String[] columns = line.strip().split("\\s+");
			if (columns[0].equals("Total")) {
				live = Long.parseLong(columns[2]);
			}
			else if (columns.length > 3 && OF_A_CLIENT.contains(columns[3])) {
				objects.put(columns[3].substring(columns[3].lastIndexOf('.') + 1), Long.valueOf(columns[1]));
			}
			else if (columns.length > 3 && columns[3].equals(STREAM)) {
				streams = Long.parseLong(columns[1]);
			}
		}
		Set<Thread> threads = Thread.getAllStackTraces().keySet();
		long ofContainer = threads.stream().filter(Figures::isOfContainer).count();
		return new Figures(clients, unclosed, subscriptions, histories, objects, streams, openDescriptors(),
				threads.size() - ofContainer, ofContainer, live);
	}

	private static boolean isOfContainer(Thread thread) {
		return thread.getName().startsWith("http-nio-") || thread.getName().startsWith("qtp");
	}

	private static long openDescriptors() {
		return (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
				? system.getOpenFileDescriptorCount() : 0;
	}

	/**
	 * Whether nothing of any client is left.
	 * @param before what there was before, where that is known
	 */
	boolean isQuiet(Figures before) {
		boolean nobody = this.clients == 0 && this.unclosed == 0 && this.subscriptions == 0 && this.histories == 0
				&& this.objects.isEmpty();
		return nobody && (before == null || (this.streams <= before.streams
				&& this.descriptors <= before.descriptors + 5 && this.threads <= before.threads + 2));
	}

	@Override
	public String toString() {
		return "clients %d/%d | subscriptions %d | histories %d | objects %s | streams %d | descriptors %d | threads %d + %d | live %.1f MB"
			.formatted(this.clients, this.unclosed, this.subscriptions, this.histories, this.objects, this.streams,
					this.descriptors, this.threads, this.containerThreads, this.live / 1e6);
	}

}
