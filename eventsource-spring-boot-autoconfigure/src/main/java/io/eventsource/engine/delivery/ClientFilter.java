package io.eventsource.engine.delivery;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.eventsource.Callee;
import io.eventsource.Event;
import io.eventsource.EventClient;
import io.eventsource.EventFilter;
import io.eventsource.engine.log.EventLog;
import io.eventsource.engine.log.Frame;
import io.eventsource.engine.log.FrameEncoder;
import io.eventsource.engine.log.Slice;
import io.eventsource.engine.runtime.Call;
import io.eventsource.engine.runtime.StreamContext;
import io.eventsource.engine.runtime.Supervisor;
import org.jspecify.annotations.Nullable;

/**
 * What one client may see, and wants to: asks the filters of its stream, and looks at the
 * types that it has asked for. Remembers how much it has hidden since the client was last
 * told its position. Belongs to the worker of the client, but for {@link #shows(Event)}.
 */
final class ClientFilter implements Call {

	/** How many frames are looked at in one go. */
	private static final int STRETCH = 1024;

	/** After how many hidden events the client is told its position, at most. */
	private static final int INTERVAL = 64;

	private final EventClient client;

	private final Visibility visibility;

	private final StreamContext context;

	/** Whether the client may know the ids of events that it is not shown. */
	private final boolean disclosesIds;

	private final boolean positions;

	/** Called if a worker was replaced while it was in a filter. */
	private final Runnable onStall;

	private int hidden;

	/**
	 * Makes a filter.
	 * @param visibility what clients of the stream may see
	 * @param positions whether the client is told positions
	 */
	ClientFilter(EventClient client, Visibility visibility, boolean positions, Runnable onStall) {
		this.client = client;
		this.visibility = visibility;
		this.context = visibility.context();
		this.disclosesIds = visibility.disclosesIds();
		this.positions = positions;
		this.onStall = onStall;
	}

	/**
	 * Whether the client gets an event. Any thread.
	 */
	boolean shows(Event event) {
		return wants((event.data() != null) ? event.type() : null) && maySee(event, this.client);
	}

	/**
	 * Whether the client gets the event of a frame.
	 */
	boolean shows(Frame frame) {
		Event event = frame.event();
		return wants(frame.type()) && (event == null || maySee(event, this.visibility.client(this.client, frame)));
	}

	private boolean wants(@Nullable String type) {
		return type == null || this.client.types().isEmpty() || this.client.types().contains(type);
	}

	private boolean maySee(Event event, EventClient asked) {
		Supervisor supervisor = this.context.supervisor();
		if (supervisor.shunsFilters()) {
			this.onStall.run();
			return false;
		}
		for (EventFilter filter : this.visibility.filters()) {
			if (!supervisor.test(filter, event, asked, this)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * What follows a position, without what is hidden from the client.
	 * @param conflating whether to leave out what a newer event overtakes that the client
	 * gets with it
	 * @param size how many bytes to take, unless a single frame is larger
	 * @param budget for how long filters may be asked; for one frame at least
	 * @return the slice, or {@code null} if the frame there has left the log
	 */
	@Nullable Slice slice(EventLog log, long position, boolean conflating, int size, FilterBudget budget) {
		long end = Math.min(log.tail(), position + STRETCH);
		Frame frame = log.frame(position);
		if (frame == null) {
			return null;
		}
		List<Frame> shown = new ArrayList<>();
		int left = 0;
		int length = 0;
		long next = position;
		while (frame != null) {
			if (!shows(frame)) {
				left++;
				this.hidden++;
			}
			else if (length > 0 && length + frame.bytes().length > size) {
				break;
			}
			else {
				length += show(frame, shown);
			}
			next++;
			frame = (budget.spend() && next < end) ? log.frame(next) : null;
		}
		return Slice.of(position, conflating ? newest(shown) : shown, next, left, this.positions);
	}

	private int show(Frame frame, List<Frame> shown) {
		shown.add(frame);
		// Only what has an id tells the client its position
		this.hidden = frame.tellsPlace() ? 0 : this.hidden;
		return frame.bytes().length;
	}

	/** A frame may have been overtaken by one that this client does not see. */
	private static List<Frame> newest(List<Frame> frames) {
		List<Frame> newest = new ArrayList<>();
		Set<String> keys = new HashSet<>();
		for (int i = frames.size() - 1; i >= 0; i--) {
			String key = frames.get(i).key();
			if (key == null || keys.add(key)) {
				newest.add(frames.get(i));
			}
		}
		Collections.reverse(newest);
		return newest;
	}

	/**
	 * Takes note of what was hidden before the log.
	 */
	void passed(int hidden) {
		this.hidden += hidden;
	}

	/**
	 * Whether the client has yet to be told its position, which it would otherwise resume
	 * from too early.
	 */
	boolean isBehind() {
		return this.positions && this.hidden > 0;
	}

	/**
	 * Whether the client should be told its position now, before so much follows that the
	 * log does not reach back any more.
	 */
	boolean isCheckpointDue() {
		return this.positions
				&& this.hidden >= Math.max(1, Math.min(INTERVAL, this.context.settings().buffer().size() / 4));
	}

	/**
	 * The block that tells the client its position. Ids of the publisher's may say
	 * something about events that the client must not see; the places in the log do not.
	 */
	byte[] checkpoint(EventLog log, long position) {
		this.hidden = 0;
		Frame last = log.frame(position - 1);
		String id = (last != null && this.disclosesIds) ? last.id() : null;
		if (id == null && !this.context.personal()) {
			// A personal publisher goes on by its own ids, or not at all
			id = log.ids().before(position);
		}
		return (id != null) ? FrameEncoder.checkpoint(id) : new byte[0];
	}

	@Override
	public Callee callee() {
		return Callee.FILTER;
	}

	@Override
	public String subject() {
		return this.client.toString();
	}

	@Override
	public void abandon() {
		this.context.supervisor().filterAbandoned();
		this.onStall.run();
	}

	@Override
	public void returned() {
		this.context.supervisor().filterReturned();
	}

}
