from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process


class Line(flow.Flow):
    """Six user steps, each assigned to the worker."""

    process_class = Process
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.step_1)
    step_1 = flow.View(None).Assign(username="worker").Next(this.step_2)
    step_2 = flow.View(None).Assign(username="worker").Next(this.step_3)
    step_3 = flow.View(None).Assign(username="worker").Next(this.step_4)
    step_4 = flow.View(None).Assign(username="worker").Next(this.step_5)
    step_5 = flow.View(None).Assign(username="worker").Next(this.step_6)
    step_6 = flow.View(None).Assign(username="worker").Next(this.end)
    end = flow.End()
